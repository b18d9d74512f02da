import { describe, it } from 'vitest';
import { storeConformance } from '../testing/store-conformance.ts';
import { MemoryStore } from './memory-store.ts';

type Asking = {
  userId: string;
};

storeConformance({ describe, it }, () => ({
  store: new MemoryStore<Asking>({ owner: (context) => context.userId }),
  alice: { userId: 'alice' },
  bob: { userId: 'bob' },
}));
