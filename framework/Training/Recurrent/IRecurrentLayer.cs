using static TorchSharp.torch;

namespace Compression.Training.Recurrent;

/// <summary>
/// A kind of recurrent layer, as <c>--model</c> names it: its parameters, and what it computes over a sequence. Embedding, dropout between
/// layers, decoder, initial values, states and training are around it. Entered by
/// <see cref="RecurrentLayerAttribute"/>. Axes: T time, B batch, I inputs, H hidden.
/// </summary>
public interface IRecurrentLayer
{
    /// <summary>What is carried from one batch to the next, each [B, H]: the names in a checkpoint.</summary>
    IReadOnlyList<string> State { get; }

    /// <summary>Floats that a step keeps for its backward pass, for each word and hidden unit; the check for memory before the start counts with it.</summary>
    double KeptPerUnit { get; }

    /// <summary>Names and shapes of a layer's parameters; in a file the first <c>weight_hh</c> is <c>rnn.weight_hh_l0</c>.</summary>
    /// <param name="inputs">I: the embedding's width in the first layer, H in all others.</param>
    /// <param name="hidden">H.</param>
    IReadOnlyList<(string Name, long[] Shape)> Parameters(long inputs, long hidden);

    /// <summary>Computes the layer over a sequence, differentiable with respect to <paramref name="x_TBI"/> and <paramref name="weights"/>.</summary>
    /// <param name="x_TBI">At least one step.</param>
    /// <param name="state">Before the first step, in the order of <see cref="State"/>; constants.</param>
    /// <param name="weights">In the order of <see cref="Parameters"/>.</param>
    /// <returns>What the next layer reads, [T, B, H], and the state after the last step.</returns>
    (Tensor Output, Tensor[] State) Run(Tensor x_TBI, Tensor[] state, Tensor[] weights);
}
