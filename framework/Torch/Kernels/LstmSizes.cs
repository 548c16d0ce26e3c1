namespace Compression.Torch.Kernels;

/// <summary>Sizes of an LSTM layer over a sequence.</summary>
/// <param name="Steps">Time steps.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Inputs">Width of the input.</param>
/// <param name="Hidden">Cells.</param>
/// <param name="Outputs">What the cells' output is projected to; as many as the cells where nothing is projected.</param>
/// <param name="Projects">Whether there is a projection.</param>
internal readonly record struct LstmSizes(int Steps, int Batch, int Inputs, int Hidden, int Outputs, bool Projects)
{
    internal int Rows => Steps * Batch;

    internal int Gates => 4 * Hidden;

    /// <summary>Elements of one step's cell states, outputs and gates.</summary>
    internal nint State => (nint)Batch * Hidden;

    internal nint Output => (nint)Batch * Outputs;

    internal nint Activations => (nint)Batch * Gates;
}
