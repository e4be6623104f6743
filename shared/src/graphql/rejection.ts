import 'reflect-metadata';
import { Field, InterfaceType } from 'type-graphql';

@InterfaceType({ description: 'A refusal that a person can be shown.' })
export abstract class Rejection {
  @Field({ description: 'What to tell the person.' })
  message!: string;
}
