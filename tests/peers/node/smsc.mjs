// An SMSC made of npm's `smpp`, for the tests beside this folder. It listens on loopback, says on stdout what it
// hears, one JSON object a line, and does what it is told on stdin, likewise. It decides nothing by itself but the
// password, and an id for every message.
import { createInterface } from 'node:readline';
import smpp from 'smpp';

const say = (event, told = {}) => process.stdout.write(JSON.stringify({ event, ...told }) + '\n');
let session = null;
let nMessages = 0;
const statuses = []; // what the next submits are answered with, instead of 0

function shown(pdu) {
	const told = {};
	for (const [name, value] of Object.entries(pdu)) {
		if (name === 'short_message') {
			told.text = value.message;
			told.udh = (value.udh ?? []).map((element) => element.toString('hex'));
		} else if (typeof value !== 'function') {
			told[name] = Buffer.isBuffer(value) ? value.toString('hex') : value;
		}
	}
	return told;
}

function bind(pdu) {
	const isKnown = pdu.system_id === 'helio' && pdu.password === 'secret';
	session.send(pdu.response({ command_status: isKnown ? 0 : smpp.ESME_RINVPASWD, system_id: 'node-smpp' }));
}

function take(pdu) {
	const status = statuses.shift() ?? 0;
	session.send(pdu.response(status ? { command_status: status } : { message_id: `node-${++nMessages}` }));
}

const answers = {
	bind_transceiver: bind,
	submit_sm: take,
	enquire_link: (pdu) => session.send(pdu.response()),
	unbind: (pdu) => session.send(pdu.response(), () => session.close()),
};

const server = smpp.createServer((opened) => {
	session = opened;
	opened.on('pdu', (pdu) => {
		say(pdu.command, shown(pdu));
		answers[pdu.command]?.(pdu);
	});
	opened.on('close', () => say('closed'));
	opened.on('error', (error) => say('error', { words: String(error) }));
});

// `udh` comes as hex, for JSON knows no octets.
function deliver({ udh, ...fields }) {
	if (udh) fields.short_message = { udh: Buffer.from(udh, 'hex'), message: fields.short_message };
	session.deliver_sm(fields);
}

const orders = {
	deliver,
	enquire: () => session.enquire_link(),
	refuse: ({ status }) => statuses.push(status),
	unbind: () => session.unbind(),
};
createInterface({ input: process.stdin })
	.on('line', (line) => {
		const { order, ...told } = JSON.parse(line);
		orders[order](told);
		say('done', { order });
	})
	.on('close', () => process.exit(0));

server.listen(0, '127.0.0.1', () => say('listening', { port: server.address().port }));
