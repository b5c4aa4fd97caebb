/** A network small enough to write by hand, for tests of what encoders are made of. */
import {
  AttributeType,
  DataType,
  encodeModel,
  floatInitializer,
  type OnnxNode,
  valueInfo,
} from "../../src/onnx/proto.js";

/** A classifier of 4 × 4 pictures whose embedding is the mean of each channel; `factor` tells two of them apart. */
export function classifier(factor: number, before: OnnxNode[] = [], batch: number | string = "N"): Uint8Array {
  const read = before.length === 0 ? "x" : before[before.length - 1].output[0];
  return encodeModel({
    ir_version: 8,
    opset_import: [{ domain: "", version: 13 }],
    graph: {
      name: "g",
      node: [
        ...before,
        { op_type: "GlobalAveragePool", input: [read], output: ["pooled"] },
        { op_type: "Flatten", input: ["pooled"], output: ["flat"] },
        {
          op_type: "Gemm",
          name: "fc",
          input: ["flat", "w"],
          output: ["y"],
          attribute: [{ name: "transB", type: AttributeType.INT, i: 1 }],
        },
      ],
      initializer: [
        floatInitializer("w", [5, 3], new Float32Array(15).fill(factor)),
        floatInitializer("zero", [], Float32Array.of(0)),
        { name: "one picture", dims: [4], data_type: DataType.INT64, int64_data: [1, 3, 4, 4] },
      ],
      input: [valueInfo("x", DataType.FLOAT, [batch, 3, 4, 4])],
      output: [valueInfo("y", DataType.FLOAT, [batch, 5])],
    },
  });
}
