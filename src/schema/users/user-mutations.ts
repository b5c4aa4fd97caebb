/** Mutations that create, update and delete users. */
import type { User } from "../../resolvers/request/row-types.js";
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
import { UserRef } from "../builder/refs.js";

const userIdDescription = "Number or global id of the user; default the viewer. Other users require scope admin.";
const descriptions = {
  gender: "`M` or `F`.",
  ageGroup: `Lower bound of the age group: ${ageGroups.join(", ")}.`,
  occupation: "Occupation; it affects predictions only if the data set has the same name.",
  zipCode: "Zip code.",
};

const CreateUserInput = builder.inputType("CreateUserInput", {
  description: "A user to add.",
  fields: (t) => ({
    externalId: t.string({
      required: true,
      description: "Id in your own system, such as an account id; the same id is the same user.",
    }),
    gender: t.string({ description: descriptions.gender }),
    ageGroup: t.int({ description: descriptions.ageGroup }),
    occupation: t.string({ description: descriptions.occupation }),
    zipCode: t.string({ description: descriptions.zipCode }),
  }),
});

const UpdateUserInput = builder.inputType("UpdateUserInput", {
  description: "New demographics of a user; omitted fields stay unchanged, null makes a value unknown.",
  fields: (t) => ({
    userId: t.id({ description: userIdDescription }),
    gender: t.string({ description: descriptions.gender }),
    ageGroup: t.int({ description: descriptions.ageGroup }),
    occupation: t.string({ description: descriptions.occupation }),
    zipCode: t.string({ description: descriptions.zipCode }),
  }),
});

const DeleteUserInput = builder.inputType("DeleteUserInput", {
  description: "A user to delete.",
  fields: (t) => ({ userId: t.id({ description: userIdDescription }) }),
});

interface Payload {
  user: User;
}

const CreateUserPayload = builder.objectRef<Payload>("CreateUserPayload").implement({
  description: "The user with this external id.",
  fields: (t) => ({ user: t.field({ type: UserRef, description: "The user.", resolve: ({ user }) => user }) }),
});

const UpdateUserPayload = builder.objectRef<Payload>("UpdateUserPayload").implement({
  description: "The updated user.",
  fields: (t) => ({ user: t.field({ type: UserRef, description: "The user.", resolve: ({ user }) => user }) }),
});

const DeleteUserPayload = builder.objectRef<{ userId: number; ratings: number }>("DeleteUserPayload").implement({
  description: "The deleted user and ratings.",
  fields: (t) => ({
    userId: t.exposeInt("userId", { description: "Number of the deleted user." }),
    deletedRatings: t.exposeInt("ratings", { description: "Number of deleted ratings." }),
  }),
});

addMutation("createUser", {
  scope: "admin",
  description:
    "Adds a user, with a number above those of any data set. Their ratings and demographics are private; create a token for " +
    "them with `createToken`.",
  input: CreateUserInput,
  inputDescription: "External id and demographics.",
  validate: createUserSchema,
  payload: CreateUserPayload,
  resultDescription: "The user, or the reason for the failure.",
  errors: [],
  resolve: async (context, input) => ({ user: await createUser(context, input) }),
});

addMutation("updateUser", {
  scope: "user",
  description: "Changes a user's demographics. Predictions reflect them at once; later imports keep them.",
  input: UpdateUserInput,
  inputDescription: "User and demographics.",
  validate: demographicsSchema,
  payload: UpdateUserPayload,
  resultDescription: "The updated user, or the reason for the failure.",
  errors: ["INVALID_ID", "USER_NOT_FOUND"],
  resolve: async (context, input) => ({ user: await updateUser(context, input) }),
});

addMutation("deleteUser", {
  scope: "user",
  description:
    "Permanently deletes a user with all of their ratings and tokens. A later import of a data set that contains them " +
    "restores them; a model trained on their ratings reflects them until the next training.",
  input: DeleteUserInput,
  inputDescription: "The user.",
  payload: DeleteUserPayload,
  resultDescription: "The deleted user and ratings, or the reason for the failure.",
  errors: ["INVALID_ID", "USER_NOT_FOUND"],
  resolve: (context, input) => deleteUser(context, input),
});
