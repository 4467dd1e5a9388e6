/*
 * Invalidation of one original through two tiers, instances and an edge, as the server does it. The original is published as version v
 * before invalidation number v is accepted, so the promise "a request that starts after invalidation s is Done never gets a version
 * below s" is an assertion.
 *
 * Instance 0 is the worker's own. Instance 1 heartbeats, may stand still for any time, and may leave and come back with its old disk.
 * Time is not counted: a lease renewed as of a moment before s was accepted is over when the worker has waited one lease for s.
 *
 * Every rule can be switched off:
 *   NO_FENCE         entries are stored and used whatever their stamp
 *   NO_ORDER         the edge is purged before the instances
 *   JOIN_OLD         a request joins a fill that is older than the newest purge
 *   STAMP_LATE       the stamp is taken after the original was read
 *   NO_LEASE         an instance past its lease goes on answering from its records
 *   LEASE_FROM_ANSWER  the lease counts from when the heartbeat was answered, not from before it was sent
 *   RENEW_BEHIND     a heartbeat renews the lease of an instance that is behind
 *   NO_DEMAND        the edge does not say inwards what it has heard
 *   HEAD_FIRST       an instance that comes back reads the head, then registers
 *   IGNORE_JOINING   the worker does not wait for an instance that has registered and not yet said what it applied
 * Other choices:
 *   KEY_EDGE         the edge compares no stamps: its fills are stored under the generation they began in
 *   DIRECT           visitors ask instance 1 itself, too
 *   CRASH            the worker may die after any step and begin the entry again
 */
#ifndef K
#define K 2             /* invalidations */
#endif
#ifndef N
#define N 1             /* requests of each visitor */
#endif
#ifndef BEATS
#define BEATS 2         /* heartbeats of instance 1 */
#endif
#ifndef RETURNS
#define RETURNS 1       /* times that it leaves and comes back */
#endif
#define NONE 255

#ifdef NO_FENCE
#define YOUNG(stamp, floor) (true)
#else
#define YOUNG(stamp, floor) (stamp >= floor)
#endif
#ifdef JOIN_OLD
#define MAY_JOIN (true)
#else
#define MAY_JOIN (fillAt >= heard)
#endif

byte version = 0;       /* at the origin */
byte head = 0;          /* newest number of the journal */
byte done = 0;          /* newest number that is Done */
byte crashes = 0;

byte applied[2];        /* what the instance has applied */
byte recordOf[2]; byte stampOf[2];  /* its record: survives a restart */
bool alive1 = true;

/* What the store says of instance 1. */
bool registered1 = true;
byte stated1 = 0;       /* NONE: registered, nothing said yet */
byte skipped1 = 0;      /* newest entry that went on without it */
/* Its lease. */
bool holds1 = true;
byte asOf1 = 0;         /* head at the moment the lease counts from */
byte over1 = 0;         /* leases that count from before this number was accepted are over */

byte heard = 0;         /* newest number the edge has heard */
byte kept = NONE; byte keptStamp;
byte fill = 0; byte fillAt; byte fillGives = NONE; byte waiting = 0;

proctype Owner() {
  byte i;
  for (i : 1 .. K) {
    version = i;
    head = i
  }
}

/* A worker's step may be its last; the entry is begun again by another. */
inline maybeCrash() {
#ifdef CRASH
  if
  :: crashes < 1 -> crashes++; goto again
  :: skip
  fi
#else
  skip
#endif
}

#ifdef IGNORE_JOINING
#define ACKNOWLEDGED(s) (!registered1 || stated1 == NONE || stated1 >= s || skipped1 >= s)
#else
#define ACKNOWLEDGED(s) (!registered1 || (stated1 != NONE && stated1 >= s) || skipped1 >= s)
#endif

inline instances(s) {
  atomic { if :: applied[0] < s -> applied[0] = s :: else fi };
  maybeCrash();
  if
  :: ACKNOWLEDGED(s)
  :: atomic {
       /* One lease is waited for in vain: what instance 1 holds by now counts from a moment after s was accepted, or is over. */
       (registered1 && skipped1 < s && !(holds1 && asOf1 >= s)) ->
       over1 = s;
       skipped1 = s;
#ifndef NO_LEASE
       holds1 = false
#endif
     }
  fi;
  maybeCrash()
}

inline edge(s) {
  atomic {
    if :: heard < s -> heard = s :: else fi;
    if :: kept != NONE && !YOUNG(keptStamp, heard) -> kept = NONE :: kept != NONE && keptStamp < s -> kept = NONE :: else fi
  };
  maybeCrash()
}

proctype Worker() {
  byte s = 1;
  do
  :: s > K -> break
  :: s <= K && head >= s ->
again:
#ifdef NO_ORDER
     edge(s);
     instances(s);
#else
     instances(s);
     edge(s);
#endif
     /* Who must have acknowledged is read in the step that writes Done. */
     atomic { ACKNOWLEDGED(s) -> done = s };
     s++
  od
}

/* What instance 1 does by itself; it may stand still before every step. */
proctype Background() {
  byte h; byte beats = 0; byte returns = 0;
  do
  :: beats < BEATS && alive1 ->
     beats++;
     atomic { h = head; if :: registered1 && stated1 != NONE -> stated1 = applied[1] :: else fi };
#ifndef RENEW_BEHIND
     atomic { if :: applied[1] < h -> applied[1] = h :: else fi };
#endif
     atomic {
       if
#ifdef LEASE_FROM_ANSWER
       :: true -> holds1 = true; asOf1 = h
#else
       :: h >= over1 -> holds1 = true; asOf1 = h
       :: else
#endif
       fi
     };
     /* Said at once, not only with the next heartbeat. */
     atomic { if :: registered1 -> stated1 = applied[1] :: else fi }
  :: returns < RETURNS && alive1 ->
     returns++;
     atomic { alive1 = false; registered1 = false; holds1 = false };
#ifdef HEAD_FIRST
     h = head;
     atomic { registered1 = true; stated1 = NONE };
#else
     atomic { registered1 = true; stated1 = NONE };
     h = head;
#endif
     atomic { if :: applied[1] < h -> applied[1] = h :: else fi; if :: h >= over1 -> holds1 = true; asOf1 = h :: else fi; alive1 = true };
     stated1 = applied[1]
  :: beats == BEATS && returns == RETURNS -> break
  od
}

/* An instance answers: version and stamp, or NONE when it cannot. */
inline answer(r, demand, v, stamp, current) {
  atomic {
#ifndef NO_DEMAND
    /* Catches up first. */
    if :: applied[r] < demand -> applied[r] = demand :: else fi;
#endif
    current = (r == 0 || holds1);   /* once, after the request has arrived */
    stamp = applied[r];
    if
    :: current && recordOf[r] != NONE && YOUNG(stampOf[r], applied[r]) -> v = recordOf[r]
    :: else -> v = NONE
    fi
  };
  if
  :: v == NONE ->
     v = version;
#ifdef STAMP_LATE
     stamp = applied[r];
#endif
     atomic {
       if
       :: YOUNG(stamp, applied[r]) && (recordOf[r] == NONE || stampOf[r] <= stamp) -> recordOf[r] = v; stampOf[r] = stamp
       :: else
       fi
     }
  :: else
  fi
}

proctype Visitor() {
  byte promised; byte v; byte stamp; byte r; byte g; byte n = 0; bool own; bool leads; bool current;
  do
  :: atomic {
       n < N ->
       n++; own = false; leads = false; v = NONE;
       /* What a visitor may rely on. Read at the last moment, when it asks for most. */
       promised = done;
       g = heard;
       if
       :: kept != NONE && YOUNG(keptStamp, heard) -> v = kept
       :: else ->
          if
          :: fill == 1 && MAY_JOIN -> waiting++
          :: fill == 1 && !MAY_JOIN -> own = true
          :: fill == 0 -> fill = 1; fillAt = heard; fillGives = NONE; own = true; leads = true
          fi
       fi
     };
     if
     :: v != NONE
     :: v == NONE && own ->
        if :: r = 0 :: alive1 -> r = 1 fi;
        answer(r, g, v, stamp, current);
        atomic {
          if
#ifdef KEY_EDGE
          :: g >= heard -> kept = v; keptStamp = g
#else
          :: YOUNG(stamp, heard) -> kept = v; keptStamp = stamp
#endif
          :: else
          fi;
          if :: leads && waiting == 0 -> fill = 0 :: leads && waiting > 0 -> fillGives = v :: else fi
        }
     :: else ->
        atomic {
          (fillGives != NONE || fill == 0) ->
          if :: fill == 0 -> v = NONE :: else -> v = fillGives fi;
          waiting--;
          if :: waiting == 0 -> fill = 0; fillGives = NONE :: else fi
        }
     fi;
     atomic {
       assert(v == NONE || v >= promised);
       /* What is forgotten makes no states. */
       v = NONE; promised = 0; stamp = 0; r = 0; g = 0; own = false; leads = false; current = false
     }
  :: n == N -> break
  od
}

#ifdef DIRECT
proctype Passer() {
  byte promised; byte v; byte stamp; byte n = 0; bool current;
  do
  :: atomic { n < N && alive1 -> n++; promised = done };
     answer(1, 0, v, stamp, current);
     atomic { assert(v >= promised); v = NONE; promised = 0; stamp = 0; current = false }
  :: n == N -> break
  od
}
#endif

init {
  atomic {
    recordOf[0] = NONE; recordOf[1] = NONE;
    run Owner(); run Worker(); run Background();
#ifdef DIRECT
    run Passer()
#else
    run Visitor(); run Visitor()
#endif
  }
}
