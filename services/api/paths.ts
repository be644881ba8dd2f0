export const FILES_PATH = '/api/v2/files'
export const TUS_PATH = `${FILES_PATH}/upload`
