using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>The gradients of the time steps of an LSTM layer, from the last to the first.</summary>
internal static unsafe class LstmBackward
{
    [ThreadStatic]
    private static NativeBuffer? s_packed;

    /// <summary>Runs all steps.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="sizes">Of the layer.</param>
    /// <param name="data">In and out.</param>
    internal static void Run(ThreadTeam team, LstmSizes sizes, LstmBackwardData data)
    {
        nint ofRecurrent = PackedPanels.Size(sizes.Gates, sizes.Outputs);
        float* packed = (s_packed ??= new NativeBuffer()).Take(ofRecurrent + (sizes.Projects ? PackedPanels.Size(sizes.Outputs, sizes.Hidden) : 0));
        var recurrent = StepFactor.Pack(team, MatrixView.RowMajor(data.HiddenWeight, sizes.Outputs), sizes.Gates, sizes.Outputs, packed);
        var up = sizes.Projects
            ? StepFactor.Pack(team, MatrixView.RowMajor(data.Projection, sizes.Hidden), sizes.Outputs, sizes.Hidden, packed + ofRecurrent)
            : default;
        var barrier = new TeamBarrier(team.Threads);
        var job = new Job(sizes, data, recurrent, up, &barrier, team.Threads);
        team.Run(ref job, team.Threads);
    }

    private readonly struct Job(
        LstmSizes sizes, LstmBackwardData data, StepFactor recurrent, StepFactor up, TeamBarrier* barrier, int parts) : IKernelJob
    {
        public void Execute(int part)
        {
            var cells = new StepTiles(sizes.Batch, sizes.Hidden);
            var outputs = new StepTiles(sizes.Batch, sizes.Outputs);
            for (int t = sizes.Steps - 1; t >= 0; t--)
            {
                float* gates = data.Gates + (t * sizes.Activations), gateGrad = data.GateGrad + (t * sizes.Activations);
                float* later = gateGrad + sizes.Activations;
                float* previousC = t == 0 ? data.C0 : data.Cells + ((t - 1) * sizes.State), c = data.Cells + (t * sizes.State);
                bool isLast = t == sizes.Steps - 1;
                if (sizes.Projects)
                {
                    float* whole = data.YGrad + (t * sizes.Output);
                    for (int i = outputs.First(part, parts); !isLast && i < outputs.First(part + 1, parts); i++)
                    {
                        recurrent.Multiply(later, outputs[i], whole, sizes.Outputs, accumulate: true);
                    }

                    barrier->Wait();
                    for (int i = cells.First(part, parts); i < cells.First(part + 1, parts); i++)
                    {
                        var tile = cells[i];
                        up.Multiply(whole, tile, data.UnitGrad, sizes.Hidden, accumulate: false);
                        LstmCell.Backward(sizes.Hidden, tile, gates, previousC, c, null, data.UnitGrad, data.CellGrad, gateGrad);
                    }
                }
                else
                {
                    float* outputGrad = data.YGrad + (t * sizes.State);
                    for (int i = cells.First(part, parts); i < cells.First(part + 1, parts); i++)
                    {
                        var tile = cells[i];
                        if (!isLast)
                        {
                            recurrent.Multiply(later, tile, data.HiddenGrad, sizes.Outputs, accumulate: false);
                        }

                        LstmCell.Backward(sizes.Hidden, tile, gates, previousC, c, outputGrad, data.HiddenGrad, data.CellGrad, gateGrad);
                    }
                }

                barrier->Wait();
            }

            for (int i = outputs.First(part, parts); data.NeedsH0 && i < outputs.First(part + 1, parts); i++)
            {
                recurrent.Multiply(data.GateGrad, outputs[i], data.HiddenGrad, sizes.Outputs, accumulate: false);
            }
        }
    }
}

/// <summary>What the steps read and write.</summary>
internal unsafe struct LstmBackwardData
{
    /// <summary>[batch, hidden]: before the first step.</summary>
    internal float* C0;

    /// <summary>[4 · hidden, outputs].</summary>
    internal float* HiddenWeight;

    /// <summary>[outputs, hidden]; null for none.</summary>
    internal float* Projection;

    /// <summary>Activations [steps, batch, 4 · hidden], and cell states [steps, batch, hidden].</summary>
    internal float* Gates, Cells;

    /// <summary>
    /// Gradient of the outputs, [steps, batch, outputs]. With a projection it has the last output's own gradient in it, and ends as the gradient
    /// through all paths.
    /// </summary>
    internal float* YGrad;

    /// <summary>In: gradient of the last output; out: of h0, where needed; [batch, outputs].</summary>
    internal float* HiddenGrad;

    /// <summary>In: gradient of the last cell state; out: of c0; [batch, hidden].</summary>
    internal float* CellGrad;

    /// <summary>With a projection: room for the gradient of o · tanh(c) of a step, [batch, hidden].</summary>
    internal float* UnitGrad;

    /// <summary>Out: gradient of the pre-activations, [steps, batch, 4 · hidden].</summary>
    internal float* GateGrad;

    /// <summary>Whether the gradient of h0 is asked for.</summary>
    internal bool NeedsH0;
}
