using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Torch.Kernels;

/// <summary>
/// The element-wise part of an LSTM step (Hochreiter and Schmidhuber 1997, with forget gates): i, f, o = σ(·), g = tanh(·),
/// c = f c' + i g, u = o tanh(c). Rows are sequences; the gates of a row lie as i, f, g, o, each <c>hidden</c> wide.
/// </summary>
internal static unsafe class LstmCell
{
    /// <summary>Turns pre-activations into activations, in place, and computes cell state and output of some cells.</summary>
    /// <param name="hidden">Cells of a sequence.</param>
    /// <param name="cells">Which sequences and which of their cells.</param>
    /// <param name="gates">[batch, 4 · hidden], in and out.</param>
    /// <param name="previousC">[batch, hidden].</param>
    /// <param name="c">Out, [batch, hidden].</param>
    /// <param name="units">Out, [batch, hidden]: o · tanh(c).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(int hidden, in Block cells, float* gates, float* previousC, float* c, float* units)
    {
        for (int row = cells.FirstRow; row < cells.LastRow; row++)
        {
            nint at = row * (nint)hidden;
            for (int j = cells.FirstColumn; j < cells.LastColumn; j += Vector512<float>.Count)
            {
                int count = cells.LastColumn - j;
                float* gate = gates + (4 * at) + j;
                var i = VectorMath.Sigmoid(Partial.Load(gate, count));
                var f = VectorMath.Sigmoid(Partial.Load(gate + hidden, count));
                var g = VectorMath.Tanh(Partial.Load(gate + (2 * hidden), count));
                var o = VectorMath.Sigmoid(Partial.Load(gate + (3 * hidden), count));
                var state = Vector512.FusedMultiplyAdd(f, Partial.Load(previousC + at + j, count), i * g);
                Partial.Store(i, gate, count);
                Partial.Store(f, gate + hidden, count);
                Partial.Store(g, gate + (2 * hidden), count);
                Partial.Store(o, gate + (3 * hidden), count);
                Partial.Store(state, c + at + j, count);
                Partial.Store(o * VectorMath.Tanh(state), units + at + j, count);
            }
        }
    }

    /// <summary>The gradients of some cells' pre-activations and previous states.</summary>
    /// <param name="hidden">Cells of a sequence.</param>
    /// <param name="cells">Which sequences and which of their cells.</param>
    /// <param name="gates">Activations, [batch, 4 · hidden].</param>
    /// <param name="previousC">[batch, hidden].</param>
    /// <param name="c">[batch, hidden].</param>
    /// <param name="outputGrad">Gradient of the output from outside, [batch, hidden]; null for none.</param>
    /// <param name="hiddenGrad">Gradient of the output through the next step, [batch, hidden].</param>
    /// <param name="cellGrad">In: gradient of c; out: of the previous state; [batch, hidden].</param>
    /// <param name="gateGrad">Out, [batch, 4 · hidden].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward(
        int hidden, in Block cells, float* gates, float* previousC, float* c, float* outputGrad, float* hiddenGrad, float* cellGrad, float* gateGrad)
    {
        var one = Vector512<float>.One;
        for (int row = cells.FirstRow; row < cells.LastRow; row++)
        {
            nint at = row * (nint)hidden;
            for (int j = cells.FirstColumn; j < cells.LastColumn; j += Vector512<float>.Count)
            {
                int count = cells.LastColumn - j;
                float* gate = gates + (4 * at) + j, grad = gateGrad + (4 * at) + j;
                Vector512<float> i = Partial.Load(gate, count), f = Partial.Load(gate + hidden, count);
                Vector512<float> g = Partial.Load(gate + (2 * hidden), count), o = Partial.Load(gate + (3 * hidden), count);
                var t = VectorMath.Tanh(Partial.Load(c + at + j, count));
                var dh = Partial.Load(hiddenGrad + at + j, count);
                if (outputGrad != null)
                {
                    dh += Partial.Load(outputGrad + at + j, count);
                }

                var dc = Partial.Load(cellGrad + at + j, count) + (dh * o * (one - (t * t)));
                Partial.Store(dc * g * i * (one - i), grad, count);
                Partial.Store(dc * Partial.Load(previousC + at + j, count) * f * (one - f), grad + hidden, count);
                Partial.Store(dc * i * (one - (g * g)), grad + (2 * hidden), count);
                Partial.Store(dh * t * o * (one - o), grad + (3 * hidden), count);
                Partial.Store(dc * f, cellGrad + at + j, count);
            }
        }
    }

    /// <summary>Rows [FirstRow, LastRow) and columns [FirstColumn, LastColumn).</summary>
    internal readonly record struct Block(int FirstRow, int LastRow, int FirstColumn, int LastColumn);
}
