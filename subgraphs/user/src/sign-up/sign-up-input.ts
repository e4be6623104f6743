import 'reflect-metadata';
import { GraphQLEmailAddress } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import { NAME_RULE, PHONE_RULE } from '@stampede/shared/input';
import { PASSWORD_RULE } from '../passwords/normal-password.js';

@InputType({ description: 'Who wants an account.' })
export class SignUpInput {
  @Field(() => GraphQLEmailAddress, { description: 'Where a link is mailed to, at most 254 characters.' })
  email!: string;

  @Field({
    description: `${PASSWORD_RULE}.`,
  })
  password!: string;

  @Field({ description: `What to call the person: ${NAME_RULE}.` })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: `A phone number: ${PHONE_RULE}.`,
  })
  phone?: string | null;
}
