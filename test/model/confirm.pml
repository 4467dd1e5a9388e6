/*
 * What a reading of the origin may do to a record: bytes replace it, a 304 confirms it. One instance, one original, one invalidation,
 * readings that overtake each other, and a memory that may fall back to the older record on the disk.
 * Left out: edges, leases, renders.
 *
 *   CONDITIONAL     an invalidation leads to a conditional request (the origin's validators may say less than its bytes)
 *   ANY_REVISION    a 304 confirms whatever the record is by now
 *   NO_ORDER        records are replaced in the order of arrival
 *   STAMP_AT_END    a reading is stamped when it arrives
 */
#define NONE 255
byte version = 0; byte applied = 0; byte done = 0;
byte record = 0; byte stamp = 0; byte order = 0;
byte started = 0;
bool lies = false;            /* validators that do not change with the bytes */

proctype Owner() {
  version = 1;
  applied = 1;
  done = 1
}

/* A reading: conditional for expiry and versions, unconditional where the record is covered or gone. */
proctype Reader() {
  byte st; byte mine; byte sent; byte got; bool same; byte n = 0;
  do
  :: n < 2 ->
     n++;
     atomic {
       started++; mine = started; st = applied;
#ifdef CONDITIONAL
       sent = record
#else
       if :: stamp >= applied -> sent = record :: sent = NONE fi
#endif
     };
     atomic {
       got = version;
       same = (sent != NONE && (sent == version || lies))
     };
     atomic {
#ifdef STAMP_AT_END
       st = applied;
#endif
       if
       :: same ->
          if
#ifdef ANY_REVISION
          :: stamp <= st -> stamp = st
#else
          :: record == sent && stamp <= st -> stamp = st
#endif
          :: else
          fi
       :: else ->
          if
#ifdef NO_ORDER
          :: true -> record = got; stamp = (st > stamp -> st : stamp); order = mine
#else
          :: st > stamp || (st == stamp && mine > order) -> record = got; stamp = st; order = mine
#endif
          :: else
          fi
       fi;
       st = 0; mine = 0; sent = 0; got = 0; same = false
     }
  :: n == 2 -> break
  od
}

/* What was kept in memory alone is gone; the disk has the first record. */
proctype Forgetful() { atomic { record = 0; stamp = 0; order = 0 } }

proctype Visitor() {
  atomic { if :: stamp >= applied -> assert(record >= done) :: else fi }
  atomic { if :: stamp >= applied -> assert(record >= done) :: else fi }
}

init {
  if :: lies = true :: skip fi;
  atomic { run Owner(); run Reader(); run Reader(); run Forgetful(); run Visitor() }
}
