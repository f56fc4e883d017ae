// Who is signed in, and whether that has ended. Ending never navigates: what is on the page stays on the page.
import type { Me } from '../api/types.ts';

class Session {
	me = $state<Me | null>(null);
	ended = $state(false);

	end(): void {
		this.ended = true;
	}

	resume(me: Me): void {
		this.me = me;
		this.ended = false;
	}
}

export const session = new Session();
