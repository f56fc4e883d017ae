// Which text the segment counter counts: as one person reads it, and for a picture the fallback with its link.
import type { Contact, Content, Preview, PreviewQuestion } from '../api/types.ts';
import { quickRender } from '../text/liquid.ts';

/** Exact when the server's preview is of this very text, a close guess while that is on its way. */
export function countedText(
	body: string,
	content: Content,
	contact: Contact | undefined,
	preview: Preview | null,
	asked: PreviewQuestion | null
): string {
	const has_link = content !== 'text';
	if (preview && !preview.error && asked?.body === body && asked.content === content) {
		return has_link && preview.fallback_body ? preview.fallback_body : preview.body;
	}
	return quickRender(body, fieldsOf(contact)) + (has_link ? linkTail(preview) : '');
}

function fieldsOf(contact: Contact | undefined): Record<string, unknown> {
	if (!contact) return {};
	const { first_name, last_name, phone, country } = contact;
	return { ...contact.attributes, first_name, last_name, phone, country };
}

/** What the fallback adds to the text, read off the last preview. */
function linkTail(preview: Preview | null): string {
	if (!preview?.fallback_body) return '';
	return preview.fallback_body.startsWith(preview.body) ? preview.fallback_body.slice(preview.body.length) : '';
}
