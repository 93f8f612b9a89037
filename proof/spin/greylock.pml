/* The grey lock: one card, some terminals with a PSAM each, the wire between them, and the centre.

   Written from docs/protocol.md; the numbers with a § are its sections. README.md says what is left out and why.
   One atomic block is one durable step of one party, or one APDU. */

#include "bounds.pml"

/* ---- the card (§5, §6) ---- */

byte bal = MONEY;            /* what can be spent */
byte ctc, otc;
bit  grey;                   /* the mark */
byte lk;                     /* lock number of the newest lock: stands for SESPK, TID, TTC, MAC2, GTAC */
bit  tacuf;                  /* TAC unread: the card shows state 10 */
bit  online;                 /* the last debit was DEBIT FOR UNLOCK: tag 95, else 93 */
bit  applock;                /* application locked */

#define NOTHING 0
#define PRELOCK 1            /* pre-refuelling */
#define HELD    2            /* likewise, and the wire keeps a LOCK that the card has not had */
#define PREFREE 3            /* pre-unlock */
byte ram;                    /* lives in RAM: any other command and any loss of power clears it */
byte prelk;                  /* the lock number that the PSAM drew for this INITIALIZE FOR REFUEL, so for this ICC */
byte answer;                 /* 1 + the amount of the MAC2 that the centre made for this INITIALIZE FOR UNLOCK */

byte where;                  /* 0 in a pocket or in a stranger's reader, 1 + t in terminal t */

/* ---- terminal and PSAM (§8, §9) ---- */

#define REST   0             /* nothing in memory: start, restart, between two tasks */
#define DRAWN  1             /* a TTC is drawn, the journal knows nothing of it */
#define READY  2             /* lock_sent is durable, LOCK has not gone out */
#define CERTED 3             /* the PSAM certified MAC2, the journal does not know it */
#define FLOW   4             /* the nozzle is open */
#define TACMEM 5             /* only in the mistake EARLY_CLEAR: the TAC is in memory and nowhere else */
byte mem[TERMINALS];
byte ttc[TERMINALS];         /* the next TTC that the PSAM will draw */
bit  dead[TERMINALS];        /* the PSAM is dead for good */

#define PS_NONE   0          /* the PSAM's pending lock */
#define PS_DRAWN  1
#define PS_CERT   2
#define PS_GIVEN  3
byte ps[LOCKS];
byte gmac[LOCKS];            /* amount of the GMAC that the PSAM gave */

#define J_NONE     0         /* the journal's last step for a lock */
#define J_SENT     1
#define J_LOCKED   2
#define J_DELIV    3
#define J_CLAIMED  4
#define J_SETTLED  5
#define J_NODISP   6
#define J_VOID     7
#define J_UNPROVED 8
byte js[LOCKS];
byte rn[LOCKS];              /* CTC of the record, halved: locks of one card use 0, 2, 4 ... */
bit  rwrong[LOCKS];          /* the record differs from the card's lock: INITIALIZE's answer was altered */
byte fuel[LOCKS];            /* what flowed: the totalizer, which no crash changes */
bit  jtac[LOCKS];            /* the true TAC of this lock is in some station's journal */
bit  jmac3[LOCKS];           /* likewise MAC3 */

/* ---- the centre (§9) ---- */

bit  kvoid[LOCKS], knodisp[LOCKS], kunproved[LOCKS], krec[LOCKS], ktac[LOCKS], kmac3[LOCKS];   /* heard and verified */
bit  asked[LOCKS];           /* an INITIALIZE FOR UNLOCK was answered for this lock; the wire may keep it for later */
byte decided[LOCKS];         /* a set, bit a: an on-line answer with amount a was made for this lock */
bit  seen[TRANSACTIONS];     /* a valid GTAC or MAC1 of this CTC has reached the centre */
byte led[TRANSACTIONS];      /* settlements of (ASN, purse, CTC) */
bit  claim[LOCKS];           /* the centre opened a claim instead */

/* ---- what only the prover sees ---- */

byte lbal[TRANSACTIONS];     /* balance that the card signed in its lock of this CTC */
byte llock[TRANSACTIONS];    /* 1 + lock number of the card's lock of this CTC */
byte dlock[TRANSACTIONS];    /* 1 + lock number under which it was debited */
byte damt[TRANSACTIONS];     /* and the amount */
byte given[LOCKS];           /* a set, bit a: a GMAC for amount a was given */
bit  zero[LOCKS];            /* a notice alone made the centre decide 0 */
bit  byhand[LOCKS];          /* a person decided without a record */
bit  lied;                   /* the wire has lied where a TAC could get lost by it */
byte f = FAULTS;             /* faults left */
byte topctc, topotc;
bit  presented;              /* set for one step by a whole, honest on-line session */

/* One flag for each safety property; they are set where one is broken, and are no part of the state. */
hidden byte debit_once = 1, settled_once = 1, settled_is_debited = 1, settled_or_claimed = 1, ttc_never_again = 1,
    gmac_once = 1, money_conserved = 1, counters_rise = 1, way_out_numbers = 1, fuel_is_paid = 1, debit_is_fuel = 1,
    zero_means_no_fuel = 1, nozzle_after_durable = 1, void_never_reached_card = 1, tac_kept = 1;
#define BROKEN(p) p = 0; assert(p)

#ifdef R_RESTORED_SILENT             /* finding 1: a restored journal says nothing about what it holds open */
byte mute;                           /* locks of terminal 0 below this number */
#define MUTE(l)       ((l) < mute)
#define RESTORED      mute = NUM(0) + 1
#else
#define MUTE(l)       false
#define RESTORED      skip
#endif

/* Finding 1 without knowing of the restoring: before it acts on a lock_sent that it finds, the terminal asks the PSAM
   and reads the totalizer, and then lets nothing flow on it. */
#ifndef R_ASKS_PSAM
#define TOLD(l)       true
#else
#ifdef M_NO_TOTALIZER
#define TOLD(l)       (ps[l] < PS_GIVEN)
#else
#define TOLD(l)       ((ps[l] < PS_CERT && !dead[TERM(l)]) || (fuel[l] == 0 && (ps[l] < PS_GIVEN || dead[TERM(l)])))
#endif
#endif
#if defined(R_ASKS_PSAM) && !defined(M_RECOVERED_FLOWS)
#define CERTIFIED(t)  js[NUM(t)] = J_DELIV
#else
#define CERTIFIED(t)  mem[t] = CERTED
#endif

#define NUM(t)        (ttc[t] - 1 + (t) * DRAWS)                  /* the newest lock number of terminal t */
#define TERM(l)       ((l) / DRAWS)
#define HERE(t)       (where == (t) + 1)
#define NOW           (ctc / 2)                                   /* index of the lock that the card is in or may make */
#define HASREC(l)     (js[l] == J_CLAIMED || js[l] == J_SETTLED)
#define FAULT         (f > 0)
#define CLOSED(l)     (js[l] == J_NONE || js[l] >= J_CLAIMED || MUTE(l) || (js[l] == J_SENT && !TOLD(l)))      /* the terminal may turn to another sale */
#define HONEST(l)     (!(LIAR && (l) < DRAWS) && !byhand[l])

/* What RAM held is gone: the session, and with it every answer made for it. */
#ifdef M_ICC_REPEATS                 /* an old answer fits a later session */
#define FORGET ram = NOTHING; prelk = 0
#else
#define FORGET ram = NOTHING; prelk = 0; answer = 0
#endif

/* ==== the card's commands; each is one atomic step in NVM ==== */

inline card_lock(l) {                /* LOCK FOR REFUEL, MAC1 right: n becomes n+1 */
  lbal[NOW] = bal; llock[NOW] = l + 1;
  grey = 1; lk = l; tacuf = 0; online = 0; ctc++; topctc = ctc; FORGET
}

inline card_debit(a, by) {           /* both debits: n+1 becomes n+2, the mark goes, TACUF comes */
  if
  :: dlock[NOW] != 0 -> BROKEN(debit_once)
  :: else
  fi;
  dlock[NOW] = lk + 1; damt[NOW] = damt[NOW] + (a);
#ifndef M_TORN
  bal = bal - (a);
#endif
  tacuf = 1; online = by; FORGET;
#ifndef M_NOT_CLEARED
  grey = 0; ctc++; topctc = ctc; otc = otc + by; topotc = otc;
#endif
}

#ifdef M_ANY_GMAC                    /* the session key does not name the lock, and CTC comes in the clear */
#define TAKES(l) (grey && !applock && gmac[l] <= bal)
#else                                /* a GMAC verifies under the SESPK of its own lock and under no other */
#define TAKES(l) (grey && !applock && lk == (l) && gmac[l] <= bal)
#endif

#ifdef M_NO_SEQUENCE_RULE
#define MAYLOCK (!grey && !applock)
#else                                /* §2: 9402 unless the numbers are left that free the card again */
#define MAYLOCK (!grey && !applock && ctc < CTC_END - 1 && otc < OTC_END)
#endif

/* State 10 is safe in a journal: of the debit that the card shows now. */
#define COPIED ((!online && jtac[lk]) || (online && jmac3[lk]))

/* ==== the terminal ==== */

/* A terminal at rest with the card in it, its last lock dealt with, and a number left to draw. */
#define STARTS(t) (mem[t] == REST && HERE(t) && ttc[t] < DRAWS && !dead[t] && NOW < TRANSACTIONS && \
                   (ttc[t] == 0 || CLOSED(NUM(t))))
/* State 10, if the card shows it, was made durable first. */
#ifdef M_STATUS_NOT_KEPT
#define KEPT true
#else
#define KEPT (!tacuf || COPIED)
#endif
/* LOCK meets the card in the state that the PSAM's MAC1 was made for. */
#define MEETS(t) (HERE(t) && ram == PRELOCK && prelk == NUM(t))
/* The journal's last word on lock l allows to certify it now; a notice is final. */
#ifdef M_NOTICE_NOT_FINAL
#define OPEN(l) (js[l] == J_SENT || js[l] == J_NODISP)
#else
#define OPEN(l) (js[l] == J_SENT)
#endif
#define CERTIFIES(t) (mem[t] == REST && ttc[t] > 0 && !dead[t] && !rwrong[NUM(t)] && OPEN(NUM(t)) && !MUTE(NUM(t)) && TOLD(NUM(t)))
/* Certified again answers 9000 and takes nothing back. */
#define CERTIFY(l) if :: ps[l] < PS_CERT -> ps[l] = PS_CERT :: else fi
#define SHOWN(t) (HERE(t) && grey && lk == NUM(t))
#define LASTSTEP(t, j) (mem[t] == REST && ttc[t] > 0 && js[NUM(t)] == j)
/* Before it clears TACUF, the terminal may compare the status with the TAC that it keeps (finding 2). */
#ifdef R_COMPARES_TAC
#define COMPARED COPIED
#else
#define COMPARED true
#endif
/* A record of the card's lock is at hand: the terminal's own, or from the centre's list. */
#define ATHAND(t) (mem[t] == REST && HERE(t) && grey && ((TERM(lk) == t && HASREC(lk)) || krec[lk]))

proctype Terminal(byte t)
{
  byte n;                            /* scratch, 0 between steps */

end: do
  /* INITIALIZE FOR REFUEL and INIT SAM. The ICC never repeats, so the drawn number stands for it. */
  :: d_step { STARTS(t) && MAYLOCK && KEPT -> ttc[t]++; n = NUM(t);
              if :: ps[n] != PS_NONE -> BROKEN(ttc_never_again) :: else fi;
              ps[n] = PS_DRAWN; rn[n] = NOW; mem[t] = DRAWN; FORGET; ram = PRELOCK; prelk = n; n = 0 }
#if WITH_LIES
  /* The same with an altered answer: the balance (LOCK will pass, MAC2 never), or the CTC or ICC (LOCK will fail). */
  :: atomic { FAULT && STARTS(t) -> f--; ttc[t]++; n = NUM(t);
              if :: ps[n] != PS_NONE -> BROKEN(ttc_never_again) :: else fi;
              ps[n] = PS_DRAWN; mem[t] = DRAWN; rwrong[n] = 1; rn[n] = NOW; FORGET;
              if
              :: MAYLOCK && KEPT -> ram = PRELOCK; prelk = n
              :: true
              :: NOW + 1 < TRANSACTIONS -> rn[n] = NOW + 1
              fi; n = 0 }
  /* The same with the status hidden: the card shows state 10, the terminal sees 00. */
  :: d_step { FAULT && STARTS(t) && MAYLOCK && tacuf && !COPIED -> f--; lied = 1; ttc[t]++; n = NUM(t);
              if :: ps[n] != PS_NONE -> BROKEN(ttc_never_again) :: else fi;
              ps[n] = PS_DRAWN; rn[n] = NOW; mem[t] = DRAWN; FORGET; ram = PRELOCK; prelk = n; n = 0 }
#endif

  /* lock_sent becomes durable. Numbers that the journal skipped show now, and are void. */
  :: d_step { mem[t] == DRAWN -> js[NUM(t)] = J_SENT; mem[t] = READY;
              n = 1;
              do
              :: n < ttc[t] -> if :: js[NUM(t) - n] == J_NONE -> js[NUM(t) - n] = J_VOID :: else fi; n++
              :: else -> break
              od; n = 0 }
  /* The card is gone before LOCK went out. */
  :: d_step { (mem[t] == DRAWN || mem[t] == READY) && !HERE(t) -> js[NUM(t)] = J_VOID; mem[t] = REST }

  /* LOCK goes out; the card takes it, MAC2 comes back right, and CERTIFICATE says 9000. */
  :: d_step { mem[t] == READY && MEETS(t) && !applock && !rwrong[NUM(t)] && !dead[t]
              -> card_lock(prelk); ps[NUM(t)] = PS_CERT; mem[t] = CERTED }
  /* LOCK goes out; the card takes it, and no answer or a wrong one comes back, or the PSAM cannot certify it. */
  :: d_step { mem[t] == READY && MEETS(t) && !applock && (FAULT || rwrong[NUM(t)] || dead[t])
              -> if :: rwrong[NUM(t)] || dead[t] :: else -> f-- fi; card_lock(prelk); mem[t] = REST }
  /* LOCK goes out and does not reach the card: the wire may keep it while the card has power. */
  :: d_step { FAULT && mem[t] == READY && MEETS(t) -> f--; ram = HELD; mem[t] = REST }
  /* LOCK goes out to a card that cannot take it any more: refused. */
  :: d_step { mem[t] == READY && HERE(t) && !(MEETS(t) && !applock)
              -> FORGET; mem[t] = REST }

  /* The journal says lock_sent and memory says nothing: the card is here and shows state 01 with a right MAC2. */
  :: d_step { CERTIFIES(t) && SHOWN(t)
              -> CERTIFY(NUM(t)); CERTIFIED(t); FORGET }
#if WITH_LIES
  /* The same, and the card is elsewhere or long free: the wire plays the status again. */
  :: d_step { FAULT && CERTIFIES(t) && !SHOWN(t) && llock[rn[NUM(t)]] == NUM(t) + 1
              -> f--; CERTIFY(NUM(t)); CERTIFIED(t) }
#endif
  /* ... or the card is gone, silent, or never certified: no_dispense, for good. */
  :: d_step { LASTSTEP(t, J_SENT) && !MUTE(NUM(t)) && TOLD(NUM(t)) ->
#ifdef M_VOID_AFTER_LOCK
              js[NUM(t)] = J_VOID
#else
              js[NUM(t)] = J_NODISP
#endif
            }

  /* locked becomes durable, then the nozzle opens. */
#ifdef M_NOZZLE_BEFORE_JOURNAL
  :: d_step { mem[t] == CERTED && fuel[NUM(t)] < lbal[rn[NUM(t)]] -> fuel[NUM(t)]++ }
#endif
#ifdef M_NO_CERTIFICATE
  :: d_step { LASTSTEP(t, J_SENT) -> js[NUM(t)] = J_LOCKED; mem[t] = FLOW }
#endif
  :: d_step { mem[t] == CERTED -> js[NUM(t)] = J_LOCKED; mem[t] = FLOW }
  /* The ceiling is the balance that MAC2 proved. */
  :: d_step { mem[t] == FLOW && fuel[NUM(t)] < lbal[rn[NUM(t)]] -> fuel[NUM(t)]++ }
  /* The nozzle closes: hung up, card pulled, ceiling reached. delivered becomes durable. */
  :: d_step { mem[t] == FLOW -> js[NUM(t)] = J_DELIV; mem[t] = REST }
  /* At start after a loss of power: the amount comes from the totalizer. */
  :: d_step { LASTSTEP(t, J_LOCKED) -> js[NUM(t)] = J_DELIV }

  /* DEBIT SAM; the PSAM makes the pending lock durable before GMAC leaves. */
  :: d_step { LASTSTEP(t, J_DELIV) && !dead[t] && ps[NUM(t)] == PS_CERT ->
#ifdef M_AMOUNT_IN_MEMORY
              if :: FAULT -> f--; gmac[NUM(t)] = 0 :: else -> gmac[NUM(t)] = fuel[NUM(t)] fi;
#else
              gmac[NUM(t)] = fuel[NUM(t)];
#endif
              ps[NUM(t)] = PS_GIVEN; given[NUM(t)] = given[NUM(t)] | (1 << gmac[NUM(t)]) }
  /* The same GMAC again (GET GMAC, or an equal repeat), and claimed becomes durable. */
  :: d_step { LASTSTEP(t, J_DELIV) && !dead[t] && ps[NUM(t)] == PS_GIVEN
              -> js[NUM(t)] = J_CLAIMED }
  /* ... or the PSAM is dead: unproved. */
  :: d_step { LASTSTEP(t, J_DELIV) && dead[t] ->
#ifdef R_DEAD_ZERO_NOTICE
              if :: fuel[NUM(t)] == 0 -> js[NUM(t)] = J_NODISP :: else -> js[NUM(t)] = J_UNPROVED fi
#else
              js[NUM(t)] = J_UNPROVED
#endif
            }
  /* A muddled terminal asks for another amount under the same lock; the PSAM answers 6985. */
#ifdef M_GMAC_TWICE
  :: d_step { FAULT && !dead[t] && ttc[t] > 0 && ps[NUM(t)] == PS_GIVEN && gmac[NUM(t)] > 0
              -> f--; gmac[NUM(t)]--; given[NUM(t)] = given[NUM(t)] | (1 << gmac[NUM(t)]) }
#endif

  /* DEBIT, of the terminal's own record or of one from the centre's list, to a card whose status agrees with it.
     The TAC becomes durable: settled. A DEBIT whose answer is lost is played by Wire. */
#ifdef M_EARLY_CLEAR
  :: d_step { ATHAND(t) && TAKES(lk)
              -> card_debit(gmac[lk], 0); tacuf = 0; mem[t] = TACMEM }
  :: d_step { mem[t] == TACMEM -> jtac[lk] = 1; if :: TERM(lk) == t -> js[lk] = J_SETTLED :: else fi; mem[t] = REST }
#else
  :: d_step { ATHAND(t) && TAKES(lk)
              -> card_debit(gmac[lk], 0); jtac[lk] = 1; if :: TERM(lk) == t -> js[lk] = J_SETTLED :: else fi }
#endif
  /* settled is durable: clear TACUF. */
  :: d_step { mem[t] == REST && HERE(t) && tacuf && !online && TERM(lk) == t && js[lk] == J_SETTLED && COMPARED
              -> tacuf = 0; FORGET }

  /* State 10 at the start: the status becomes durable. */
  :: d_step { mem[t] == REST && HERE(t) && tacuf && !COPIED
              -> if :: online -> jmac3[lk] = 1 :: else -> jtac[lk] = 1 fi; FORGET }
  od
}

/* ==== the holder puts the card in and pulls it, at any moment ==== */

proctype Holder()
{
end: do
  :: d_step { where != 0 -> where = 0; FORGET }
  :: d_step { where == 0 -> where = 1 }
#if TERMINALS > 1
  /* Terminals are alike, so the first sale may be said to be at terminal 0. */
  :: d_step { where == 0 && ttc[0] > 0 -> where = 2 }
#endif
#if TERMINALS > 2
  :: d_step { where == 0 && ttc[1] > 0 -> where = 3 }
#endif
  od
}

/* ==== the wire and bad luck; never forced to act ==== */

#define IDLE f <= FAULTS      /* always true: fairness then forces nothing */
#ifdef F_FALSE_TAC                   /* finding 2: this lie is not excused */
#define FAKED(t) d_step { FAULT && LASTSTEP(t, J_CLAIMED) -> f--; js[NUM(t)] = J_SETTLED }
#else
#define FAKED(t) d_step { FAULT && LASTSTEP(t, J_CLAIMED) -> f--; lied = 1; js[NUM(t)] = J_SETTLED }
#endif
#define FALSE_NOTICE(l) d_step { js[l] != J_NONE && !knodisp[l] -> knodisp[l] = 1 }
#define PLAYED(l) d_step { HASREC(l) && TAKES(l) -> card_debit(gmac[l], 0) }

proctype Wire()
{
end: do
  :: IDLE
  /* A LOCK that the terminal has given up reaches the card after all. */
  :: d_step { ram == HELD && !applock && !grey -> card_lock(prelk) }
  /* Any GMAC that has ever gone out is played to the card, and nobody hears of the answer. */
  :: PLAYED(0)
#if LOCKS > 1
  :: PLAYED(1)
#endif
#if LOCKS > 2
  :: PLAYED(2)
#endif
#if LOCKS > 3
  :: PLAYED(3)
#endif
#if LOCKS > 4
#error "at most four lock numbers: add a line above"
#endif
  /* A terminal loses its power: memory is gone, the PSAM's and the journal's steps stay. */
  :: d_step { FAULT && mem[0] != REST -> f--; mem[0] = REST;
#ifdef M_TTC_BACK
              ttc[0]--
#endif
            }
#if TERMINALS > 1
  :: d_step { FAULT && mem[1] != REST -> f--; mem[1] = REST }
#endif
#ifdef M_CTC_BACK
  /* A torn write leaves an older CTC behind. */
  :: d_step { FAULT && tacuf && ctc == topctc -> f--; ctc-- }
#endif
#if WITH_DEAD_PSAM
  :: d_step { FAULT && !dead[0] && ttc[0] > 0 -> f--; dead[0] = 1 }
#if TERMINALS > 1
  :: d_step { FAULT && !dead[1] && ttc[1] > 0 -> f--; dead[1] = 1 }
#endif
#endif
#if WITH_APP_LOCK
  /* Wrong codes until the error counter is at its limit. */
  :: d_step { FAULT && !applock -> f--; applock = 1; FORGET }
#endif
#if WITH_LIES
  /* DEBIT is answered 9000 with a wrong TAC by something that is not the card; the terminal cannot know. */
  :: FAKED(0)
#if TERMINALS > 1
  :: FAKED(1)
#endif
  /* GET GREY STATUS with P1 = 01 by a stranger. */
  :: d_step { FAULT && tacuf -> f--; lied = 1; tacuf = 0; FORGET }
#endif
#if LIAR
  :: FALSE_NOTICE(0)
#if DRAWS > 1
  :: FALSE_NOTICE(1)
#endif
#endif
#if WITH_RESTORE
  /* The journal of terminal 0 is put back from a copy that ends with lock_sent of the newest lock. */
  :: d_step { FAULT && mem[0] == REST && ttc[0] > 0 && js[NUM(0)] > J_SENT && js[NUM(0)] != J_VOID
              -> f--; js[NUM(0)] = J_SENT; RESTORED }
#endif
  od
}

/* ==== the on-line unlock, step by step, at any reader; decisions are in Books ==== */

proctype Online()
{
end: do
  :: IDLE
  /* INITIALIZE FOR UNLOCK */
  :: d_step { grey && !applock && where != 0 && ram != PREFREE -> FORGET; ram = PREFREE; asked[lk] = 1 }
  /* DEBIT FOR UNLOCK, MAC3 reaches the centre */
  :: d_step { ram == PREFREE && answer > 0 && answer - 1 <= bal -> card_debit(answer - 1, 1); answer = 0; kmac3[lk] = 1 }
  /* ... or does not: the card keeps it in state 10 */
  :: d_step { FAULT && ram == PREFREE && answer > 0 && answer - 1 <= bal -> f--; card_debit(answer - 1, 1); answer = 0 }
  od
}

/* ==== the centre: one process for each lock number, so that each is treated fairly ==== */

#ifdef M_POSTED_ON_DECISION
#define SETTLE(l, a) led[rn[l]]++
#else
#define SETTLE(l, a) \
  led[rn[l]]++; \
  if :: led[rn[l]] > 1 -> BROKEN(settled_once) :: else fi; \
  if :: dlock[rn[l]] != (l) + 1 || damt[rn[l]] != (a) -> BROKEN(settled_is_debited) :: else fi; \
  if :: claim[l] -> BROKEN(settled_or_claimed) :: else fi
#endif

/* What the rules give for lock l by themselves. A grey record goes before a notice. Records are found by (TID, TTC),
   and ASN, purse, CTC, date, time and balance must agree (!rwrong). */
#ifdef M_PART_KEY
/* found by (ASN, purse, CTC) alone: the first notice of that CTC, whosever it is */
#define NOTICE(l) (!krec[l] && ((knodisp[0] && rn[0] == rn[l]) || (LOCKS > 1 && knodisp[LOCKS - 1] && rn[LOCKS - 1] == rn[l])))
#else
#ifdef M_ZERO_WHEN_MISSING
#define NOTICE(l) (!krec[l] && !kunproved[l] && !rwrong[l])
#else
#ifdef M_NOTICE_FIRST
#define NOTICE(l) (knodisp[l] && !rwrong[l])
#else
#ifdef M_NOTICE_MEANS_WAIT
#define NOTICE(l) false
#else
#ifdef R_NOTICE_BY_NUMBER
#define NOTICE(l) (knodisp[l] && !krec[l] && !kunproved[l])
#else
#define NOTICE(l) (knodisp[l] && !krec[l] && !kunproved[l] && !rwrong[l])
#endif
#endif
#endif
#endif
#endif
#ifdef M_NOTICE_FIRST
#define RECORD(l) (krec[l] && !rwrong[l] && !knodisp[l])
#else
#define RECORD(l) (krec[l] && !rwrong[l])
#endif

/* What the rules leave to a person. */
#if OPERATOR == 0
#define PERSON_ZERO(l) false
#define PERSON_FUEL(l) false
#else
#define PERSON_FUEL(l) (kunproved[l] && !krec[l])
#if OPERATOR == 1
#define PERSON_ZERO(l) (knodisp[l] && rwrong[l])
#else
#define PERSON_ZERO(l) (!krec[l] && !kunproved[l])
#endif
#endif

#ifdef M_HASTY_CLAIM                 /* succession always ends as a claim, and a TAC settles beside it */
#define NOCLAIM(l) true
#else
#define NOCLAIM(l) (!claim[l])
#endif
#ifdef M_SETTLES_TWICE
#define UNPAID(l) (led[rn[l]] < 2)
#else
#define UNPAID(l) (led[rn[l]] == 0 && !claim[l] && !ktac[l] && !kmac3[l])
#endif
#define FIRSTTIME(l, a) ((decided[l] & (1 << (a))) == 0)

proctype Books(byte l)
{
end: do
  /* Outcomes come up late, again, in any order, or never: each that the journal has ever held can arrive at any time. */
  :: d_step { HASREC(l) && !krec[l] -> krec[l] = 1; seen[rn[l]] = 1 }
  :: d_step { js[l] == J_NODISP && !knodisp[l] -> knodisp[l] = 1 }
  :: d_step { js[l] == J_VOID && !kvoid[l] -> kvoid[l] = 1 }
  :: d_step { js[l] == J_UNPROVED && !kunproved[l] -> kunproved[l] = 1; seen[rn[l]] = 1 }
#ifndef M_TAC_NOT_REPORTED
  :: d_step { jtac[l] && !ktac[l] -> ktac[l] = 1 }
#endif
  :: d_step { jmac3[l] && !kmac3[l] -> kmac3[l] = 1 }

  /* A request for an on-line unlock arrives. GTAC and MAC1 prove the card's CTC. */
  :: d_step { ram == PREFREE && lk == l && !seen[NOW] -> seen[NOW] = 1 }

  /* Decisions: durable, then MAC2 leaves. The card can still use the answer (answer), or the request is an old one. */
  :: d_step { ram == PREFREE && lk == l && answer == 0 && RECORD(l)
              -> answer = 1 + gmac[l]; decided[l] = decided[l] | (1 << gmac[l]); seen[NOW] = 1
#ifdef M_POSTED_ON_DECISION
              ; led[rn[l]]++; if :: dlock[rn[l]] != l + 1 -> BROKEN(settled_is_debited) :: else fi
#endif
            }
  :: d_step { ram == PREFREE && lk == l && answer == 0 && NOTICE(l)
              -> answer = 1; decided[l] = decided[l] | 1; zero[l] = 1; seen[NOW] = 1 }
  :: d_step { ram == PREFREE && lk == l && answer == 0 && PERSON_ZERO(l)
              -> answer = 1; decided[l] = decided[l] | 1; byhand[l] = 1; seen[NOW] = 1 }
  :: d_step { ram == PREFREE && lk == l && answer == 0 && PERSON_FUEL(l)
              -> answer = 1 + fuel[l]; decided[l] = decided[l] | (1 << fuel[l]); seen[NOW] = 1 }
  :: d_step { asked[l] && RECORD(l) && FIRSTTIME(l, gmac[l]) -> decided[l] = decided[l] | (1 << gmac[l]) }
  :: d_step { asked[l] && NOTICE(l) && FIRSTTIME(l, 0) -> decided[l] = decided[l] | 1; zero[l] = 1 }

  /* Settled by TAC. The TAC names (TID, TTC); its CTC comes from the record, never from the status. */
  :: d_step { ktac[l] && krec[l] && led[rn[l]] == 0 && NOCLAIM(l) -> SETTLE(l, gmac[l]) }
#ifdef M_BELIEVES_ANY_TAC
  :: d_step { js[l] == J_SETTLED && krec[l] && led[rn[l]] == 0 && !claim[l] -> SETTLE(l, gmac[l]) }
#endif
  /* Settled by MAC3, if it carries what the station claims; else a claim. */
  :: d_step { kmac3[l] && (krec[l] || kunproved[l]) && !ktac[l] && led[rn[l]] == 0 && !claim[l]
              -> if
              :: krec[l] && damt[rn[l]] == gmac[l] -> SETTLE(l, gmac[l])
              :: !krec[l] && damt[rn[l]] == fuel[l] -> SETTLE(l, fuel[l])
              :: else -> claim[l] = 1
              fi }
  /* Settled by succession: a lock of the next CTC is proved, and the balances say which amount went. */
  :: d_step { (krec[l] || kunproved[l]) && rn[l] + 1 < TRANSACTIONS && seen[rn[l] + 1] && UNPAID(l)
              -> if
#ifdef M_BLIND_SUCCESSION
              :: krec[l] -> SETTLE(l, gmac[l])
#endif
#if !defined(M_BLIND_SUCCESSION) && !defined(M_HASTY_CLAIM)
              :: krec[l] && lbal[rn[l]] - gmac[l] == lbal[rn[l] + 1] -> SETTLE(l, gmac[l])
              :: !krec[l] && lbal[rn[l]] - fuel[l] == lbal[rn[l] + 1] -> SETTLE(l, fuel[l])
#endif
              :: else -> claim[l] = 1
              fi }
  od
}

/* ==== a whole on-line session at an honest station with the link up: the premise of the liveness properties ==== */

#ifdef LIVE
#ifdef M_TAC_NOT_REPORTED
#define REPORTTAC skip
#else
#define REPORTTAC ktac[lk] = 1
#endif

inline free_card(a) { asked[lk] = 1; seen[NOW] = 1; decided[lk] = decided[lk] | (1 << (a)); card_debit(a, 1); kmac3[lk] = 1 }

proctype Desk()
{
end: do
  :: d_step { !presented -> presented = 1; where = 0; FORGET;
#ifndef M_NO_UNBLOCK
              applock = 0;
#endif
              if
              :: grey && !applock && otc < OTC_END && RECORD(lk)      -> free_card(gmac[lk])
              :: grey && !applock && otc < OTC_END && NOTICE(lk)      -> zero[lk] = 1; free_card(0)
              :: grey && !applock && otc < OTC_END && PERSON_FUEL(lk) -> free_card(fuel[lk])
              :: grey && !applock && otc < OTC_END && PERSON_ZERO(lk) -> byhand[lk] = 1; free_card(0)
              :: !grey && tacuf && !applock -> if :: online -> kmac3[lk] = 1 :: else -> REPORTTAC fi
              :: else
              fi }
  :: d_step { presented -> presented = 0 }
  od
}

#define LAST          (llock[0] - 1)
/* Presented again and again, the card does not stay grey. */
ltl freed   { ([]<> presented) -> [] (grey -> <> !grey) }
/* Presented again and again, a debit that can be settled is settled, or a claim is open. */
ltl settled { ([]<> presented) -> [] ((dlock[0] != 0 && js[LAST] != J_NODISP && !lied) -> <> (led[0] > 0 || claim[LAST] || js[LAST] == J_NODISP || lied)) }
#endif

/* ==== the safety properties; these processes move only when one is broken ==== */

#define PAID(l) (fuel[l] == 0 || (llock[rn[l]] == (l) + 1 && \
                 ((dlock[rn[l]] == 0 && grey && lk == (l)) || (dlock[rn[l]] == (l) + 1 && damt[rn[l]] == fuel[l]))))
#define FLOWS(l) (mem[TERM(l)] == FLOW && NUM(TERM(l)) == l)
#define DURABLE(l) ((WITH_RESTORE && TERM(l) == 0) || ps[l] >= PS_CERT && js[l] >= J_LOCKED && js[l] != J_NODISP && js[l] != J_VOID)
#define DEBITED(l) (rn[l] < TRANSACTIONS && dlock[rn[l]] == (l) + 1)

#if TRANSACTIONS == 1
#define DEBITS damt[0]
#else
#if TRANSACTIONS == 2
#define DEBITS (damt[0] + damt[1])
#else
#define DEBITS (damt[0] + damt[1] + damt[2])
#endif
#endif
#define TACKEPT(l) ((tacuf && lk == (l)) || jtac[l] || ktac[l] || jmac3[l] || kmac3[l])

#ifndef LIVE
proctype Watch(byte l)
{
end: if
  :: (given[l] & (given[l] - 1)) != 0 -> BROKEN(gmac_once)
  :: HONEST(l) && !PAID(l) -> BROKEN(fuel_is_paid)
  :: HONEST(l) && DEBITED(l) && damt[rn[l]] != fuel[l] -> BROKEN(debit_is_fuel)
  :: HONEST(l) && zero[l] && (fuel[l] > 0 || FLOWS(l)) -> BROKEN(zero_means_no_fuel)
  :: (fuel[l] > 0 || FLOWS(l)) && !DURABLE(l) -> BROKEN(nozzle_after_durable)
  :: js[l] == J_VOID && (ram == HELD && prelk == l || llock[rn[l]] == l + 1) -> BROKEN(void_never_reached_card)
  fi
}

proctype WatchAll()
{
end: do
  :: atomic { (ctc < topctc || otc < topotc) -> BROKEN(counters_rise) }
  :: atomic { bal + DEBITS != MONEY -> BROKEN(money_conserved) }
  :: atomic { grey && (ctc >= CTC_END || otc >= OTC_END) -> BROKEN(way_out_numbers) }
  :: atomic { !lied && dlock[0] != 0 && !TACKEPT(dlock[0] - 1) -> BROKEN(tac_kept) }
  od
}
#endif

init
{
  byte i;
  atomic {
    for (i : 0 .. TERMINALS - 1) { run Terminal(i) };
    for (i : 0 .. LOCKS - 1) {
      run Books(i);
#ifndef LIVE
      run Watch(i)
#endif
    };
    i = 0;
    run Holder(); run Wire(); run Online();
#ifdef LIVE
    run Desk()
#else
    run WatchAll()
#endif
  }
}
