import 'reflect-metadata';
import type { Identity, Role } from '@stampede/shared/identity';
import { GraphQLDateTime } from 'graphql-scalars';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Account } from '../account.entity.js';

export const Roles = { BUYER: 'BUYER', SELLER: 'SELLER', OPERATOR: 'OPERATOR' } as const;
registerEnumType(Roles, {
  name: 'Role',
  description: 'What an account may do.',
  valuesConfig: {
    BUYER: { description: 'Buys.' },
    SELLER: { description: 'A brand: sells, and buys as well.' },
    OPERATOR: { description: 'Runs the platform.' },
  },
});

export enum SocialProvider {
  KAKAO = 'KAKAO',
  NAVER = 'NAVER',
}
registerEnumType(SocialProvider, {
  name: 'SocialProvider',
  description: 'Who else can vouch for a person.',
  valuesConfig: {
    KAKAO: { description: 'Kakao login.' },
    NAVER: { description: 'Naver login.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A person with an account.' })
export class User {
  /**
   * @param viewer who sees it, where the request does not say so: who signs in arrives as nobody, and leaves as
   * this person.
   */
  constructor(
    readonly account: Account,
    readonly viewer?: Identity,
  ) {}

  @Field(() => ID, { description: 'A UUID.' })
  get id(): string {
    return this.account.id;
  }

  @Field({ description: 'What the person is called.' })
  get name(): string {
    return this.account.name;
  }

  @Field(() => Roles, { description: 'What the account may do.' })
  get role(): Role {
    return this.account.role;
  }

  @Field({ description: 'Whether the person has shown that mail to the address reaches them.' })
  get emailVerified(): boolean {
    return this.account.emailVerified;
  }

  @Field(() => GraphQLDateTime, { description: 'When the account was made.' })
  get createdAt(): Date {
    return this.account.createdAt;
  }
}
