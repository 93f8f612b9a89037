/* Bounds and switches. Every one can be set with -D on spin's command line. */

#ifndef CARDS
#define CARDS 1
#endif
#if CARDS != 1
#error "one card only: see README.md, section What is left out"
#endif

#ifndef TERMINALS
#define TERMINALS 2          /* each is a station of its own: PSAM, journal, nozzle, link */
#endif
#ifndef TRANSACTIONS
#define TRANSACTIONS 1       /* locks that the card can make before its CTC is used up */
#endif
#ifndef DRAWS
#define DRAWS 1              /* TTCs that each PSAM can draw before its counter is used up */
#endif
#ifndef FAULTS
#define FAULTS 2             /* crashes, lies and losses in one run; a byte, shared by all */
#endif
#ifndef MONEY
#define MONEY 2              /* opening balance */
#endif
#ifndef OTC_END
#define OTC_END 255          /* where the on-line counter is used up; small values test the sequence rule */
#endif

/* Who sits at the centre: 0 nobody; 1 an operator who knows what a terminal knows (decides what the rules leave
   to people, rightly); 2 a hasty one, who also frees any lock of which nothing was heard yet, with 0. */
#ifndef OPERATOR
#define OPERATOR 0
#endif

/* LIAR 1: the station of terminal 0 may send a notice of no dispense for any lock, true or not. */
#ifndef LIAR
#define LIAR 0
#endif

/* Which kinds of fault there are. All by default. */
#ifndef WITH_LIES
#define WITH_LIES 1          /* the wire answers in the card's place */
#endif
#ifndef WITH_DEAD_PSAM
#define WITH_DEAD_PSAM 1
#endif
#ifndef WITH_APP_LOCK
#define WITH_APP_LOCK 1
#endif
#ifndef WITH_RESTORE
#define WITH_RESTORE 0       /* a journal is put back from an older copy; README.md, finding 1 */
#endif

#define LOCKS (TERMINALS * DRAWS)      /* lock number = terminal * DRAWS + TTC: it stands for (TID, TTC) */
#define CTC_END (2 * TRANSACTIONS)     /* the card's last CTC, FFFF in the protocol */
