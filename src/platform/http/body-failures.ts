import { failure } from '../errors.ts';

export class RequestTooLarge extends failure('too-large', 'request-too-large', 'Request too large') {
  constructor(detail = 'The body is too large. Send less in one request.') {
    super(detail);
  }
}

export class UnsupportedMediaType extends failure(
  'unsupported-media-type',
  'unsupported-media-type',
  'Unsupported media type',
) {
  constructor(detail = 'Send the body as application/json.') {
    super(detail);
  }
}
