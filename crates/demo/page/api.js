// Calls: the stations' own interface (the one that the daemons have) and the demo's hands.

/** What a server refused, in its own words (RFC 9457). */
export class Refused extends Error {
  constructor(problem, status) {
    const title = problem?.title ?? `The server answered ${status}`;
    super(problem?.detail && problem.detail !== title ? `${title}: ${problem.detail}` : title);
    this.status = status;
    this.problem = (problem?.type ?? '').replace('urn:greylock:problem:', '');
  }
}

async function call(method, path, body, accept = 'application/json') {
  const headers = { Accept: accept };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused({ title: 'The demo does not answer', detail: 'is `greylock demo` still running?' }, 0);
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => null);
    throw new Refused(problem, answer.status);
  }
  return answer;
}

const asked = async (path) => (await call('GET', path)).json();
const told = async (path, body) => {
  const answer = await call('POST', path, body);
  return answer.status === 204 ? null : answer.json().catch(() => null);
};

const demo = (path) => `/demo/v1${path}`;
const at = (station, path) => `/stations/${station}/v1${path}`;

export const world = () => asked(demo('/world'));
export const books = () => asked(demo('/books'));
export const insert = (asn, station, nozzle) => told(demo(`/cards/${asn}/insert`), { station, nozzle });
export const pull = (asn) => told(demo(`/cards/${asn}/pull`));
/** `when`: `next`, `lock`, `debit`, `unlock`, `load`, `purchase`, or null for power that holds. */
export const tear = (asn, when) => told(demo(`/cards/${asn}/tear`), when ? { on: true, at: when } : { on: false });
export const hose = (station, nozzle, lifted) =>
  told(demo(`/stations/${station}/nozzles/${nozzle}/hose`), { lifted, quantity: null });
export const power = (station, on) => told(demo(`/stations/${station}/power`), { on });
export const link = (station, up) => told(demo(`/stations/${station}/link`), { up });
export const speed = (factor) => told(demo('/speed'), { factor });
export const play = (story) => told(demo(`/stories/${story}`));
export const stopStory = () => call('DELETE', demo('/stories'));
export const reset = () => told(demo('/reset'));

export const site = (station) => asked(at(station, '/site'));
export const refuel = (station, nozzle, order) => told(at(station, `/nozzles/${nozzle}/refuel`), order);
export const pay = (station, nozzle, order) => told(at(station, `/nozzles/${nozzle}/pay`), order);
export const unlock = (station, nozzle) => told(at(station, `/nozzles/${nozzle}/unlock`));
export const stop = (station, nozzle) => told(at(station, `/nozzles/${nozzle}/stop`));
export const receipt = (station, tid, ttc) => asked(at(station, `/receipts/${tid}/${ttc}`));
export const paper = (station, text) => told(at(station, '/papers'), { text });

/** The receipt's picture, as an address for an image. Whoever asks revokes it. */
export async function receiptPicture(station, tid, ttc) {
  const answer = await call('GET', at(station, `/receipts/${tid}/${ttc}`), undefined, 'image/png');
  return URL.createObjectURL(await answer.blob());
}
