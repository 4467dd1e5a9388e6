/*
 * A bought CDN, which forgets what it is told to and compares nothing: drain, purge, settle, and once more when a skipped instance returns.
 * Claim: when all is quiet it keeps nothing old. One invalidation; answers that were begun before it, in the instance or inside the CDN.
 * Left out: stamps, leases (an instance is skipped at any moment).
 *
 *   NO_DRAIN     nobody waits for responses that began before
 *   NO_SETTLE    the purge is not repeated
 *   NO_RETURN    it is not repeated when a skipped instance is back
 *   AT_ONCE      when a skipped instance is back it is repeated at once, and not once more later
 *   FORGET_BOOT  a skipped instance that ends is forgotten with what it was skipped for
 */
#define NONE 255
byte version = 0; byte applied = 0; byte kept = NONE;
byte begun = 0;               /* responses of before that are still in the instance */
byte travelling = 0;          /* answers that have left it and are not stored yet */
byte answers = 0;
bool skipped = false; bool ended = false; bool over = false;

proctype Answer() {
  byte v; bool isOld;
  atomic { v = (applied == 0 -> 0 : version); isOld = (applied == 0); if :: isOld -> begun++ :: else fi };
  atomic { if :: isOld -> begun-- :: else fi; travelling++ };
  atomic { kept = v; travelling--; answers++ }
}

proctype Worker() {
  version = 1;
  if :: applied = 1 :: skipped = true fi;
#ifndef NO_DRAIN
  atomic { if :: skipped :: begun == 0 && applied == 1 :: skipped = true fi };
#endif
  kept = NONE;
#ifndef NO_SETTLE
  /* Its time is that of the longest way inside the CDN. */
  if :: atomic { travelling == 0 -> kept = NONE } fi;
#endif
  if
  :: skipped ->
     applied = 1;
#ifndef NO_RETURN
#ifdef FORGET_BOOT
     if :: ended = true :: skip fi;
#endif
     if
     :: ended
     :: !ended ->
        (begun == 0);
        kept = NONE;
#ifndef AT_ONCE
        if :: atomic { travelling == 0 -> kept = NONE } fi
#endif
     fi
#endif
  :: else
  fi;
  over = true
}

proctype Monitor() {
  atomic { over && answers == 2 -> assert(kept == NONE || kept == 1) }
}

init { atomic { run Answer(); run Answer(); run Worker(); run Monitor() } }
