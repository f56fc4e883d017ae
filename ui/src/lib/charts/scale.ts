// The little chart arithmetic the dashboard needs: round tick values, and lines through points.

/** Round values from 0 to at least `max`: the axis ends at the last. */
export function niceTicks(max: number, n_wanted = 4): number[] {
	if (max <= 0) return [0, 1];
	const rough = max / n_wanted;
	const magnitude = 10 ** Math.floor(Math.log10(rough));
	const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((each) => each * magnitude >= rough) ?? 10) * magnitude);
	const n = Math.ceil(max / step);
	return Array.from({ length: n + 1 }, (_, index) => index * step);
}

export type Point = readonly [x: number, y: number];

export function linePath(points: Point[]): string {
	return points.map(([x, y], index) => `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

export function areaPath(points: Point[], floor: number): string {
	const first = points[0];
	const last = points[points.length - 1];
	if (!first || !last) return '';
	return `${linePath(points)}L${last[0].toFixed(1)} ${floor}L${first[0].toFixed(1)} ${floor}Z`;
}
