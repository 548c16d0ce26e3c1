using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>The time steps of an LSTM layer: each thread owns tiles of the cells in all four gates, and waits for the others after each step.</summary>
internal static unsafe class LstmForward
{
    [ThreadStatic]
    private static NativeBuffer? s_packed;

    /// <summary>Runs all steps.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="sizes">Of the layer.</param>
    /// <param name="data">In and out.</param>
    internal static void Run(ThreadTeam team, LstmSizes sizes, LstmForwardData data)
    {
        // The four gates are packed apart, so that a tile of cells finds its columns in each.
        nint ofGate = PackedPanels.Size(sizes.Outputs, sizes.Hidden);
        float* packed = (s_packed ??= new NativeBuffer()).Take((4 * ofGate) + (sizes.Projects ? PackedPanels.Size(sizes.Hidden, sizes.Outputs) : 0));
        StepFactor Gate(int gate) => StepFactor.Pack(
            team,
            MatrixView.RowMajor(data.HiddenWeight + ((nint)gate * sizes.Hidden * sizes.Outputs), sizes.Outputs).Transposed,
            sizes.Outputs,
            sizes.Hidden,
            packed + (gate * ofGate));
        StepFactor input = Gate(0), forget = Gate(1), cell = Gate(2), output = Gate(3);
        var down = sizes.Projects
            ? StepFactor.Pack(team, MatrixView.RowMajor(data.Projection, sizes.Hidden).Transposed, sizes.Hidden, sizes.Outputs, packed + (4 * ofGate))
            : default;
        var barrier = new TeamBarrier(team.Threads);
        var job = new Job(sizes, data, input, forget, cell, output, down, &barrier, team.Threads);
        team.Run(ref job, team.Threads);
    }

    private readonly struct Job(
        LstmSizes sizes, LstmForwardData data, StepFactor input, StepFactor forget, StepFactor cell, StepFactor output, StepFactor down,
        TeamBarrier* barrier, int parts) : IKernelJob
    {
        public void Execute(int part)
        {
            var cells = new StepTiles(sizes.Batch, sizes.Hidden);
            var outputs = new StepTiles(sizes.Batch, sizes.Outputs);
            for (int t = 0; t < sizes.Steps; t++)
            {
                float* previousH = t == 0 ? data.H0 : data.Y + ((t - 1) * sizes.Output);
                float* previousC = t == 0 ? data.C0 : data.Cells + ((t - 1) * sizes.State);
                float* gates = data.Gates + (t * sizes.Activations), units = data.Units + (t * sizes.State);
                for (int i = cells.First(part, parts); i < cells.First(part + 1, parts); i++)
                {
                    var tile = cells[i];
                    input.Multiply(previousH, tile, gates, sizes.Gates, accumulate: true);
                    forget.Multiply(previousH, tile, gates + sizes.Hidden, sizes.Gates, accumulate: true);
                    cell.Multiply(previousH, tile, gates + (2 * sizes.Hidden), sizes.Gates, accumulate: true);
                    output.Multiply(previousH, tile, gates + (3 * sizes.Hidden), sizes.Gates, accumulate: true);
                    LstmCell.Forward(sizes.Hidden, tile, gates, previousC, data.Cells + (t * sizes.State), units);
                }

                barrier->Wait();
                if (sizes.Projects)
                {
                    for (int i = outputs.First(part, parts); i < outputs.First(part + 1, parts); i++)
                    {
                        down.Multiply(units, outputs[i], data.Y + (t * sizes.Output), sizes.Outputs, accumulate: false);
                    }

                    barrier->Wait();
                }
            }
        }
    }
}

/// <summary>What the steps read and write.</summary>
internal unsafe struct LstmForwardData
{
    /// <summary>[batch, outputs] and [batch, hidden]: before the first step.</summary>
    internal float* H0, C0;

    /// <summary>[4 · hidden, outputs].</summary>
    internal float* HiddenWeight;

    /// <summary>[outputs, hidden]; null for none.</summary>
    internal float* Projection;

    /// <summary>In: the inputs' share of the pre-activations; out: activations; [steps, batch, 4 · hidden].</summary>
    internal float* Gates;

    /// <summary>Out, [steps, batch, hidden]: cell states, and o · tanh(c).</summary>
    internal float* Cells, Units;

    /// <summary>Out, [steps, batch, outputs]; the same memory as <see cref="Units"/> where nothing is projected.</summary>
    internal float* Y;
}
