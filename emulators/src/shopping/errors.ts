import { json, type Answer } from '../http.js';

/** The refusals of openapi.naver.com, as it words them. */
const REFUSALS = {
  SE01: [400, 'Incorrect query request (잘못된 쿼리요청입니다.)'],
  SE02: [400, 'Invalid display value (부적절한 display 값입니다.)'],
  SE03: [400, 'Invalid start value (부적절한 start 값입니다.)'],
  SE04: [400, 'Invalid sort value (부적절한 sort 값입니다.)'],
  SE06: [400, 'Malformed encoding (잘못된 형식의 인코딩입니다.)'],
  SE05: [404, 'Invalid search api (존재하지 않는 검색 api 입니다.)'],
  SE99: [500, 'System Error (시스템 에러)'],
  '024': [401, 'Not Exist Client ID : Authentication failed. (인증에 실패했습니다.)'],
  '010': [429, 'Query limit exceeded (쿼리 한도를 초과했습니다.)'],
  '012': [429, 'Rate limit exceeded. (속도 제한을 초과했습니다.)'],
} as const;

export function refusal(errorCode: keyof typeof REFUSALS): Answer {
  const [status, errorMessage] = REFUSALS[errorCode];
  return json(status, { errorMessage, errorCode });
}
