import 'reflect-metadata';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'The account has its new password.' })
export class PasswordChanged {
  @Field(() => Int, { description: 'How many devices were signed out by it.' })
  sessionsEnded!: number;
}

export const passwordChanged = (sessionsEnded: number): PasswordChanged =>
  Object.assign(new PasswordChanged(), { sessionsEnded });
