// adapter-static, plus one step: SvelteKit's inline start-up script becomes a file, so that the page runs under
// `script-src 'self'` with neither a hash nor a nonce to keep in step with the build.
import adapter from '@sveltejs/adapter-static';
import type { Adapter } from '@sveltejs/kit';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/;

export function staticWithoutInlineScript(options: { pages: string; fallback: string }): Adapter {
	const inner = adapter(options);
	return {
		...inner,
		name: 'static-without-inline-script',
		async adapt(builder) {
			await inner.adapt(builder);
			moveInlineScript(options.pages, options.fallback);
		}
	};
}

function moveInlineScript(folder: string, page: string): void {
	const path = join(folder, page);
	const html = readFileSync(path, 'utf8');
	const script = INLINE_SCRIPT.exec(html)?.[1];
	if (script === undefined) throw new Error(`${page} has no start-up script: SvelteKit changed its page`);
	const hash = createHash('sha256').update(script).digest('base64url').slice(0, 8);
	const file = `_app/immutable/entry/boot.${hash}.js`;
	writeFileSync(join(folder, file), script.trim() + '\n');
	writeFileSync(path, html.replace(INLINE_SCRIPT, `<script src="/${file}"></script>`));
}
