/*
 * The lease once more, over several invalidations: who was skipped for one is not waited for again, and numbers may be raised in between.
 * One worker, one instance that answers visitors itself. Left out: edges, fills under way, restarts (invalidation.pml has them).
 *
 * Time is not counted: once the worker has waited one lease for s, every lease as of a moment before s was accepted is over.
 *   RENEW_UNSTATED   the lease is renewed when all is applied, before the store was told so
 *   STATE_ONLY       what was committed until the statement is not applied before the lease is renewed
 *   KEEP_LAPSED      the worker goes on without a skipped instance although numbers were raised, which voided what it had stated
 *   KEEP_WAITED      what was waited before numbers were raised counts after it
 *   RENEW_BEHIND     a heartbeat renews the lease of an instance that is behind
 *   WAIT_NOT         who has not stated in time is skipped before its lease is over
 */
#define BEATS 3
byte version = 0; byte head = 0; byte done = 0;
byte need[6];                 /* version that a number promises once it is Done */
byte applied = 0; byte stated = 0;
bool holds = true; byte asOf = 0; byte over = 0;
byte raisedTo = 0;            /* leases are waited for anew from the moment at which statements were voided */
byte lapsed = 0;              /* the instance holds no lease until it has stated this number */
byte record = 0; byte stamp = 0;

proctype Owner() {
  atomic { version = 1; head = 1; need[1] = 1 };
  if
  :: atomic {
       /* Somebody has seen a larger number: everything is journalled, and what was stated counts no more. */
       head++; need[head] = version; stated = 0;
#ifndef KEEP_WAITED
       raisedTo = head;
#endif
#ifndef KEEP_LAPSED
       lapsed = 0
#endif
     }
  :: skip
  fi;
  version = 2;
  atomic { head++; need[head] = 2 }
}

proctype Worker() {
  byte s = 1;
  do
  :: s <= head ->
     if
     :: atomic { stated >= s }
     :: atomic { lapsed > stated }
     :: atomic { stated < s && lapsed <= stated ->
#ifndef WAIT_NOT
          over = (s > raisedTo -> s : raisedTo); if :: asOf < over -> holds = false :: else fi;
#endif
          lapsed = s }
     fi;
     atomic { done = s; s++ }
  :: s > head && head >= 2 && version == 2 && need[head] == 2 -> break
  od
}

proctype Instance() {
  byte m; byte a; byte h; byte n = 0;
  do
  :: n < BEATS ->
     n++;
     m = head;
     a = applied;
     atomic { stated = a; h = head };
     if
     :: h > a ->
#ifdef RENEW_BEHIND
        skip
#else
        applied = h;
#ifndef RENEW_UNSTATED
        a = applied;
        atomic { stated = a; h = head };
#ifndef STATE_ONLY
        applied = h
#endif
#endif
#endif
     :: else
     fi;
     atomic { if :: m >= over -> holds = true; asOf = m :: else fi; m = 0; a = 0; h = 0 }
  :: n == BEATS -> break
  od
}

proctype Visitor() {
  byte n = 0;
  do
  :: atomic {
       n < 3 ->
       n++;
       if
       :: holds && stamp >= applied -> assert(record >= need[done])
       :: else -> record = version; stamp = applied
       fi
     }
  :: n == 3 -> break
  od
}

init { atomic { run Owner(); run Worker(); run Instance(); run Visitor() } }
