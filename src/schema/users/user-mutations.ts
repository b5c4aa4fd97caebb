/** Mutations that create, update and delete users. */
import type { User as UserRow } from "../../resolvers/request/row-types.js";
import {
  ageGroups,
  createUser,
  createUserSchema,
  deleteUser,
  demographicsSchema,
  updateUser,
} from "../../resolvers/users/edit-users.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { User } from "../builder/refs.js";

const whose =
  "Number or global id of the user; by default the viewer. Another one with a token of the scope admin only.";
const about = {
  gender: "`M` or `F`.",
  ageGroup: `Lower bound of the age group: ${ageGroups.join(", ")}.`,
  occupation: "Occupation, in the data set's words where predictions shall follow from it.",
  zipCode: "Zip code.",
};

const CreateUserInput = builder.inputType("CreateUserInput", {
  description: "Somebody who is to rate movies.",
  fields: (t) => ({
    externalId: t.string({
      required: true,
      description: "What your own system calls them, such as an account id: the same one again is the same user.",
    }),
    gender: t.string({ description: about.gender }),
    ageGroup: t.int({ description: about.ageGroup }),
    occupation: t.string({ description: about.occupation }),
    zipCode: t.string({ description: about.zipCode }),
  }),
});

const UpdateUserInput = builder.inputType("UpdateUserInput", {
  description: "What is to be known of a user: what is left out stays, null makes it unknown.",
  fields: (t) => ({
    userId: t.id({ description: whose }),
    gender: t.string({ description: about.gender }),
    ageGroup: t.int({ description: about.ageGroup }),
    occupation: t.string({ description: about.occupation }),
    zipCode: t.string({ description: about.zipCode }),
  }),
});

const DeleteUserInput = builder.inputType("DeleteUserInput", {
  description: "Who is to be forgotten.",
  fields: (t) => ({ userId: t.id({ description: whose }) }),
});

interface Payload {
  user: UserRow;
}

const CreateUserPayload = builder.objectRef<Payload>("CreateUserPayload").implement({
  description: "The user with this external id.",
  fields: (t) => ({ user: t.field({ type: User, description: "The user.", resolve: ({ user }) => user }) }),
});

const UpdateUserPayload = builder.objectRef<Payload>("UpdateUserPayload").implement({
  description: "The user as they are known now.",
  fields: (t) => ({ user: t.field({ type: User, description: "The user.", resolve: ({ user }) => user }) }),
});

const DeleteUserPayload = builder.objectRef<{ userId: number; ratings: number }>("DeleteUserPayload").implement({
  description: "What was taken away.",
  fields: (t) => ({
    userId: t.exposeInt("userId", { description: "The number that the user had." }),
    deletedRatings: t.exposeInt("ratings", { description: "How many ratings went with them." }),
  }),
});

addMutation("createUser", {
  scope: "admin",
  description:
    "Adds a user, whose number is beyond those of any data set. Their ratings and demographics are private; make them a " +
    "token with `createToken`.",
  input: CreateUserInput,
  inputDescription: "Who they are.",
  validate: createUserSchema,
  payload: CreateUserPayload,
  resultDescription: "The user, or why they were not added.",
  errors: [],
  resolve: async (context, input) => ({ user: await createUser(context, input) }),
});

addMutation("updateUser", {
  scope: "user",
  description: "Changes what is known of a user. Predictions follow at once; later imports leave it so.",
  input: UpdateUserInput,
  inputDescription: "User and demographics.",
  validate: demographicsSchema,
  payload: UpdateUserPayload,
  resultDescription: "The user, or why nothing changed.",
  errors: ["INVALID_ID", "USER_NOT_FOUND"],
  resolve: async (context, input) => ({ user: await updateUser(context, input) }),
});

addMutation("deleteUser", {
  scope: "user",
  description:
    "Takes a user away for good, with all of their ratings and tokens. A later import of a data set that holds them brings " +
    "them back; a model that was trained with their ratings has learned from them until the next training.",
  input: DeleteUserInput,
  inputDescription: "The user.",
  payload: DeleteUserPayload,
  resultDescription: "What was taken away, or why nothing was.",
  errors: ["INVALID_ID", "USER_NOT_FOUND"],
  resolve: (context, input) => deleteUser(context, input),
});
