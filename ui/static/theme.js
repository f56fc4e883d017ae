// Runs before the first paint, so that a dark page never flashes white.
(function () {
	var kept = null;
	try {
		kept = localStorage.getItem('theme');
	} catch {
		// Storage can be forbidden; the system's choice still holds.
	}
	var dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
	document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
