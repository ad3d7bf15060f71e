export { addRetentionRoutes } from './routes.ts';
