// The dashboard's build: a single-page app written into the Python package, where the server finds it.
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { staticWithoutInlineScript } from './adapter.ts';

export default defineConfig({
	plugins: [
		sveltekit({
			adapter: staticWithoutInlineScript({ pages: '../src/heliogram/web', fallback: 'index.html' }),
			compilerOptions: { runes: true },
			version: { name: process.env.HELIOGRAM_UI_VERSION ?? 'dev' }
		})
	],
	build: { assetsInlineLimit: 0 },
	server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
	test: { include: ['tests/**/*.test.ts'] }
});
