/**
 * Decodes and encodes ONNX files, with what both `ml` (writes the baseline's graph) and `posters`
 * (cuts networks down to their embedding) need of them. Field numbers follow onnx.proto of ONNX 1.17 (IR 10),
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; fields that no inference graph carries are left out.
 */
import protobuf from "protobufjs";
import { AppError } from "../errors.js";

const definition = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; string ref_attr_name = 21; string doc_string = 13; int32 type = 20;
  optional float f = 2; optional int64 i = 3; optional bytes s = 4; TensorProto t = 5; GraphProto g = 6;
  SparseTensorProto sparse_tensor = 22; TypeProto tp = 14;
  repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9; repeated TensorProto tensors = 10;
  repeated GraphProto graphs = 11; repeated SparseTensorProto sparse_tensors = 23; repeated TypeProto type_protos = 15;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; string doc_string = 3; }
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; string domain = 7;
  string overload = 8; repeated AttributeProto attribute = 5; string doc_string = 6;
}
message ModelProto {
  int64 ir_version = 1; repeated OperatorSetIdProto opset_import = 8; string producer_name = 2;
  string producer_version = 3; string domain = 4; int64 model_version = 5; string doc_string = 6; GraphProto graph = 7;
  repeated StringStringEntryProto metadata_props = 14; repeated FunctionProto functions = 25;
}
message StringStringEntryProto { string key = 1; string value = 2; }
message TensorAnnotation { string tensor_name = 1; repeated StringStringEntryProto quant_parameter_tensor_names = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated SparseTensorProto sparse_initializer = 15; string doc_string = 10; repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12; repeated ValueInfoProto value_info = 13;
  repeated TensorAnnotation quantization_annotation = 14;
}
message TensorProto {
  repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; repeated int32 int32_data = 5;
  repeated bytes string_data = 6; repeated int64 int64_data = 7; string name = 8; string doc_string = 12;
  optional bytes raw_data = 9; repeated StringStringEntryProto external_data = 13; int32 data_location = 14;
  repeated double double_data = 10; repeated uint64 uint64_data = 11;
}
message SparseTensorProto { TensorProto values = 1; TensorProto indices = 2; repeated int64 dims = 3; }
message TensorShapeProto {
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } string denotation = 3; }
  repeated Dimension dim = 1;
}
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  message Sequence { TypeProto elem_type = 1; }
  message Map { int32 key_type = 1; TypeProto value_type = 2; }
  message Optional { TypeProto elem_type = 1; }
  message SparseTensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  oneof value {
    Tensor tensor_type = 1; Sequence sequence_type = 4; Map map_type = 5; Optional optional_type = 9;
    SparseTensor sparse_tensor_type = 8;
  }
  string denotation = 6;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message FunctionProto {
  string name = 1; repeated string input = 4; repeated string output = 5; repeated string attribute = 6;
  repeated AttributeProto attribute_proto = 11; repeated NodeProto node = 7; string doc_string = 8;
  repeated OperatorSetIdProto opset_import = 9; string domain = 10; string overload = 13;
  repeated ValueInfoProto value_info = 12;
}
`;

const modelProto = protobuf.parse(definition, { keepCase: true }).root.lookupType("onnx.ModelProto");

/** `TensorProto.DataType`: the element types that this project meets. */
export const DataType = { FLOAT: 1, UINT8: 2, INT8: 3, INT32: 6, INT64: 7, STRING: 8, FLOAT16: 10 } as const;
/** `AttributeProto.AttributeType`: the kinds that this project writes. */
export const AttributeType = { FLOAT: 1, INT: 2, INTS: 7 } as const;

/** A 64-bit field as protobufjs gives it: a number where it fits, else a Long. */
export type Int64 = number | { toNumber(): number };

export interface OnnxTensor {
  name: string;
  dims: Int64[];
  data_type: number;
  raw_data?: Uint8Array;
  float_data?: number[];
  int32_data?: number[];
  int64_data?: Int64[];
}
export interface OnnxAttribute {
  name: string;
  type: number;
  f?: number;
  i?: Int64;
  ints?: Int64[];
  t?: OnnxTensor;
  g?: OnnxGraph | null;
  graphs?: OnnxGraph[];
}
export interface OnnxNode {
  name?: string;
  op_type: string;
  domain?: string;
  input: string[];
  output: string[];
  attribute?: OnnxAttribute[];
}
export interface OnnxDimension {
  dim_value?: Int64;
  dim_param?: string;
}
export interface OnnxValueInfo {
  name: string;
  type: { tensor_type?: { elem_type: number; shape?: { dim: OnnxDimension[] } } };
}
export interface OnnxGraph {
  name: string;
  node: OnnxNode[];
  initializer: OnnxTensor[];
  input: OnnxValueInfo[];
  output: OnnxValueInfo[];
  value_info?: OnnxValueInfo[];
}
export interface OnnxModel {
  ir_version: Int64;
  producer_name?: string;
  producer_version?: string;
  opset_import: { domain: string; version: Int64 }[];
  graph: OnnxGraph;
}

/** A 64-bit field as a number; exact up to 2⁵³. */
export function toNumber(value: Int64): number {
  return typeof value === "number" ? value : value.toNumber();
}

/** For messages, such as `float16`; of a type that this project does not meet, its number. */
export function elementTypeName(type: number): string {
  const known = Object.entries(DataType).find(([, number]) => number === type);
  return known === undefined ? `of element type ${type}` : known[0].toLowerCase();
}

/**
 * @param bytes a whole `.onnx` file
 * @param what the file's name, for the message
 * @throws {AppError} ENCODER_INVALID when the bytes are no ONNX model with a graph
 */
export function decodeModel(bytes: Uint8Array, what: string): OnnxModel {
  let model: OnnxModel;
  try {
    model = modelProto.decode(bytes) as protobuf.Message & OnnxModel;
  } catch (cause) {
    throw new AppError("ENCODER_INVALID", `expected an ONNX model in ${what}, but it cannot be decoded as one`, {
      cause,
    });
  }
  if (!model.graph || model.graph.node.length === 0) {
    throw new AppError("ENCODER_INVALID", `expected an ONNX model in ${what}, but it holds no graph`);
  }
  return model;
}

/** The bytes of a `.onnx` file; fields not named in `OnnxModel` but decoded with it are kept. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return modelProto.encode(modelProto.fromObject({ ...model })).finish();
}

/** A float tensor for a graph's initializers, stored as little-endian raw bytes. */
export function floatInitializer(name: string, dims: number[], values: Float32Array): OnnxTensor {
  return {
    name,
    dims,
    data_type: DataType.FLOAT,
    raw_data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

/** A graph's input or output: element type and shape, a string dimension being a free one. */
export function valueInfo(name: string, elemType: number, shape: (number | string)[]): OnnxValueInfo {
  const dim = shape.map((size) => (typeof size === "string" ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: elemType, shape: { dim } } } };
}
