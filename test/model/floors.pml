/*
 * Wide scopes are numbers, and old numbers fold: three invalidations, each of original A, of original B or of both; an instance that
 * reads the journal, may be away while retention shortens it, and may fold what it keeps itself.
 * Left out: everything about fills; a record is simply stamped with what is applied.
 *
 *   FOLD_LOW       folding gives the project the oldest number that was folded, not the newest
 *   FOLD_NOTHING   folded floors are forgotten
 *   NO_GAP         an instance that misses numbers goes on with what is left of the journal
 *   SPLIT          the head is read before the floors, each for itself, and floors above it are not taken
 */
#define K 3
byte head = 0;
byte first = 1;               /* oldest entry that is kept */
bool ofA[K + 1]; bool ofB[K + 1];
byte dbA = 0; byte dbB = 0; byte dbAll = 0;
byte applied = 0; byte a = 0; byte b = 0; byte all = 0;

/* What is stamped below the newest applied number that covers it is covered. */
#define HAS(of, n, floor) (!(of[n] && applied >= n) || MAX(floor, all) >= n)
#define COVERED (HAS(ofA, 1, a) && HAS(ofA, 2, a) && HAS(ofA, 3, a) && HAS(ofB, 1, b) && HAS(ofB, 2, b) && HAS(ofB, 3, b))
#define MAX(x, y) ((x) > (y) -> (x) : (y))
#ifdef FOLD_LOW
#define FOLDED(x, y) ((x) == 0 -> (y) : ((y) == 0 -> (x) : ((x) < (y) -> (x) : (y))))
#else
#define FOLDED(x, y) MAX(x, y)
#endif

proctype Journal() {
  do
  :: atomic {
       head < K -> head++;
       if
       :: ofA[head] = true; dbA = head
       :: ofB[head] = true; dbB = head
       :: ofA[head] = true; ofB[head] = true; dbAll = head
       fi
     }
  :: head == K -> break
  od
}

/* The newest entry always stays. */
proctype Retention() {
  byte through;
  atomic {
    head > 1 -> through = head - 1;
    if :: dbA <= through && dbA > 0 ->
#ifndef FOLD_NOTHING
       dbAll = MAX(dbAll, FOLDED(dbA, (dbB <= through -> dbB : 0)));
#endif
       dbA = 0 :: else fi;
    if :: dbB <= through && dbB > 0 ->
#ifndef FOLD_NOTHING
       dbAll = MAX(dbAll, dbB);
#endif
       dbB = 0 :: else fi;
    first = head
  }
}

/* Folds its own floors: too much is covered, never too little. */
proctype Instance() {
  byte n; byte h; byte x;
  do
  :: applied < head ->
     n = applied + 1;
     atomic {
       if
#ifdef NO_GAP
       :: n < first -> n = first
#else
       :: n < first ->
          /* All floors are read anew, in one transaction with the head. */
#ifdef SPLIT
          n = 0
#else
          a = MAX(a, dbA); b = MAX(b, dbB); all = MAX(all, dbAll); applied = head; n = 0
#endif
#endif
       :: else
       fi
     };
#ifdef SPLIT
     if :: n == 0 && applied + 1 < first ->
        h = head;
        atomic {
          if :: dbA <= h -> a = MAX(a, dbA) :: else fi;
          if :: dbB <= h -> b = MAX(b, dbB) :: else fi;
          if :: dbAll <= h -> all = MAX(all, dbAll) :: else fi;
          applied = h; n = 0
        }
     :: else fi;
#endif
     atomic {
       if
       :: n > 0 && n >= first ->
          if :: ofA[n] && ofB[n] -> all = MAX(all, n) :: ofA[n] && !ofB[n] -> a = n :: else -> b = n fi;
          applied = n
       :: else
       fi;
       n = 0; h = 0
     };
     if
     :: atomic { a > 0 || b > 0 ->
#ifdef FOLD_LOW
          x = FOLDED(a, b);
#else
          x = MAX(a, b);
#endif
#ifndef FOLD_NOTHING
          all = MAX(all, x);
#endif
          a = 0; b = 0; x = 0 }
     :: skip
     fi;
     assert(COVERED)
  :: atomic { applied == K -> break }
  od;
}

init { atomic { run Journal(); run Retention(); run Instance() } }
