using Compression.Core.Kernels;
using Compression.Torch.Autograd;
using Compression.Torch.Kernels;

using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Compression.Torch.Fused;

/// <summary>Rows of a table on the CPU; their gradient goes row by row into its destination, in the order of the indices.</summary>
internal sealed unsafe class EmbeddingCall(Tensor weight, Tensor indices, GradientPath path) : FusedCall
{
    private readonly GradientInput _weight = new(weight, path);

    internal override string Name => nameof(FusedEmbedding);

    internal override IReadOnlyList<GradientInput> Inputs => [_weight];

    protected override Tensor Forward()
    {
        // A copy: the batch is filled anew before backward may have run.
        Tensor flat = indices.flatten().clone();
        TensorChecks.Ids(Name, flat, weight.shape[0]);
        Save(flat);
        return weight.index_select(0, flat).reshape([.. indices.shape, weight.shape[1]]);
    }

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        Tensor gradient = outputGrad.contiguous();
        GradientOutput output = _weight.Open(clear: true);
        int count = (int)saved[0].numel(), width = (int)_weight.Tensor!.shape[1];
        var job = new AddRows(TensorPointer.Longs(saved[0]), count, TensorPointer.Floats(gradient), width, output.Data);
        KernelThreads.Team.Run(ref job, job.Parts);
        results[0] = output.ForAutograd;
    }

    // Parts are columns: a row that occurs twice is added in order.
    private readonly struct AddRows(long* indices, int count, float* gradient, int width, float* table) : IKernelJob
    {
        private const int ColumnsOfPart = 256;

        public int Parts => (width + ColumnsOfPart - 1) / ColumnsOfPart;

        public void Execute(int part)
        {
            int first = part * ColumnsOfPart, columns = Math.Min(ColumnsOfPart, width - first);
            for (int i = 0; i < count; i++)
            {
                var to = new Span<float>(table + (indices[i] * width) + first, columns);
                TensorPrimitives.Add(to, new ReadOnlySpan<float>(gradient + ((nint)i * width) + first, columns), to);
            }
        }
    }
}
