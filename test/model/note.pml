/*
 * The nginx edge (decision 0006): bytes lie under the name of one fill, a note beside the URL says which fill is the one. Numbers live in the
 * memory of a process, notes and bytes outlive it. One URL, one node that restarts once, K invalidations.
 * Left out: several workers (their changes go one at a time), the tags' numbers full (the base rises instead).
 *
 *   NAME_IS_URL    bytes lie under the URL: the last to arrive is what is found
 *   NOTE_OLD       a note is written whatever the stamp
 *   USE_OLD        a note is used whatever its stamp
 *   NO_LIFE        the list of last invalidations is taken although another life asked for it
 *   NO_LIST        a new life begins with its old notes and no numbers
 */
#define K 1
#ifndef N
#define N 2            /* requests of each visitor */
#endif
#define NONE 255
byte version = 0; byte head = 0; byte done = 0;
byte number = 0; bool joined = true; byte life = 0;
byte note = NONE; byte noteStamp = 0;          /* which fill */
byte bytes[4];                                 /* under the name of each fill */
byte fills = 0;

proctype Owner() { byte i; for (i : 1 .. K) { version = i; head = i } }

/* Instances have applied everything here: the edge alone is looked at. */
proctype Worker() {
  byte s = 1;
  do
  :: s <= K && head >= s ->
     /* A life keeps what it is told from its beginning on; until it is joined, it passes everything. */
     atomic { if :: number < s -> number = s :: else fi };
     atomic { done = s; s++ }
  :: s > K -> break
  od
}

proctype Restart() {
  atomic { life = 1; joined = false; number = 0 }
}

/* Gives a node the last invalidations: it asks, and says which life asked. */
proctype Join() {
  byte asked; byte list; byte n = 0;
  do
  :: n < 2 ->
     n++;
     asked = life;
     list = head;
     atomic {
       if
#ifdef NO_LIFE
       :: !joined -> number = (list > number -> list : number); joined = true
#else
       :: !joined && asked == life -> number = (list > number -> list : number); joined = true
#endif
       :: else
       fi;
       asked = 0; list = 0
     }
#ifdef NO_LIST
  :: atomic { !joined -> joined = true }
#endif
  :: n == 2 -> break
  od
}

proctype Visitor() {
  byte promised; byte mine; byte st; byte v; byte found; byte n = 0;
  do
  :: n < N ->
     n++;
     atomic {
       promised = done; found = NONE;
       if
#ifdef USE_OLD
       :: joined && note != NONE -> found = note
#else
       :: joined && note != NONE && noteStamp >= number -> found = note
#endif
       :: else
       fi
     };
     if
     :: found != NONE -> atomic { assert(bytes[found] >= promised) }
     :: else ->
        st = head;
        v = version;
        atomic {
#ifdef NAME_IS_URL
          mine = 0
#else
          mine = fills; fills++
#endif
        };
        bytes[mine] = v;
        atomic {
          if
#ifdef NOTE_OLD
          :: joined -> note = mine; noteStamp = (st > number -> st : number)
#else
          :: joined && st >= number -> note = mine; noteStamp = st
#endif
          :: else
          fi
        }
     fi;
     atomic { promised = 0; mine = 0; st = 0; v = 0; found = 0 }
  :: n == N -> break
  od
}

init { atomic { run Owner(); run Worker(); run Restart(); run Join(); run Visitor(); run Visitor() } }
