// Counts texts with npm's sms-segments-calculator: a JSON list of texts on standard input, one JSON object out.
import { readFileSync } from 'node:fs';
import calculator from 'sms-segments-calculator';

const texts = JSON.parse(readFileSync(0, 'utf-8'));
const began = process.hrtime.bigint();
const counts = texts.map((text) => {
	const message = new calculator.SegmentedMessage(text, 'auto', false);
	return [message.encodingName, message.segmentsCount];
});
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
process.stdout.write(JSON.stringify({ counts, seconds }));
