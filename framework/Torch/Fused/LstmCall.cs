using Compression.Torch.Autograd;
using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// An LSTM layer on the CPU: one product for all input projections, one small product a time step with the gates computed at once, and one
/// product for each weight gradient after the loop over time. With a projection (Sak, Senior and Beaufays 2014) what a step hands on is
/// narrower than its cells: h = W_hr (o · tanh(c)).
/// </summary>
internal sealed unsafe class LstmCall : FusedCall
{
    private const int X = 0, H0 = 1, C0 = 2, InputWeight = 3, HiddenWeight = 4, InputBias = 5, HiddenBias = 6, Projection = 7;

    private readonly GradientInput[] _inputs;
    private readonly LstmSizes _sizes;

    internal LstmCall(Tensor x, Tensor h0, Tensor c0, LstmWeights weights, GradientPath path)
    {
        _sizes = Check(x, h0, c0, weights);
        _inputs =
        [
            new(x), new(h0), new(c0), new(weights.InputWeight, path), new(weights.HiddenWeight, path), new(weights.InputBias, path),
            new(weights.HiddenBias, path), new(weights.Projection, path),
        ];
    }

    internal override string Name => nameof(FusedLstm);

    internal override IReadOnlyList<GradientInput> Inputs => _inputs;

    protected override Tensor Forward()
    {
        Tensor x = Contiguous(X), h0 = Contiguous(H0), c0 = Contiguous(C0), inputWeight = Contiguous(InputWeight), hiddenWeight = Contiguous(HiddenWeight);
        Tensor? projection = _sizes.Projects ? Contiguous(Projection) : null;
        Tensor bias = _inputs[InputBias].Tensor! + _inputs[HiddenBias].Tensor!;
        Tensor gates = empty(_sizes.Rows, _sizes.Gates), cells = empty(_sizes.Steps, _sizes.Batch, _sizes.Hidden);
        Tensor result = empty((_sizes.Steps * _sizes.Output) + _sizes.State), y = Y(result);
        Tensor units = projection is null ? y : empty_like(cells);

        var inputs = new MatrixProduct(
            MatrixView.RowMajor(TensorPointer.Floats(x), _sizes.Inputs),
            MatrixView.RowMajor(TensorPointer.Floats(inputWeight), _sizes.Inputs).Transposed,
            _sizes.Rows, _sizes.Gates, _sizes.Inputs, TensorPointer.Floats(gates), _sizes.Gates)
        {
            Bias = TensorPointer.Floats(bias),
        };
        inputs.Run(KernelThreads.Team);
        LstmForward.Run(KernelThreads.Team, _sizes, new LstmForwardData
        {
            H0 = TensorPointer.Floats(h0),
            C0 = TensorPointer.Floats(c0),
            HiddenWeight = TensorPointer.Floats(hiddenWeight),
            Projection = projection is null ? null : TensorPointer.Floats(projection),
            Gates = TensorPointer.Floats(gates),
            Cells = TensorPointer.Floats(cells),
            Units = TensorPointer.Floats(units),
            Y = TensorPointer.Floats(y),
        });
        if (IsRecording)
        {
            // y may be changed in place by its owner: the hidden states before each step are copies.
            Tensor before = cat([h0.unsqueeze(0), y.narrow(0, 0, _sizes.Steps - 1)]);
            foreach (Tensor saved in new[] { x, c0, inputWeight, hiddenWeight, gates, cells, before })
            {
                Save(saved);
            }

            if (projection is not null)
            {
                Save(projection);
                Save(units);
            }
        }

        LastC(result).copy_(cells.select(0, _sizes.Steps - 1));
        return result;
    }

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        Tensor x = saved[0], inputWeight = saved[2], before = saved[6];
        var (gateGrad, wholeYGrad) = RunSteps(saved, outputGrad.contiguous(), results);
        var gradient = MatrixView.RowMajor(TensorPointer.Floats(gateGrad), _sizes.Gates);
        if (_inputs[X].IsNeeded)
        {
            results[X] = empty_like(x);
            new MatrixProduct(
                gradient, MatrixView.RowMajor(TensorPointer.Floats(inputWeight), _sizes.Inputs), _sizes.Rows, _sizes.Inputs, _sizes.Gates,
                TensorPointer.Floats(results[X]!), _sizes.Inputs).Run(KernelThreads.Team);
        }

        results[InputWeight] = _inputs[InputWeight].DeliverProduct(gradient, x);
        results[HiddenWeight] = _inputs[HiddenWeight].DeliverProduct(gradient, before);
        if (_sizes.Projects)
        {
            results[Projection] = _inputs[Projection].DeliverProduct(MatrixView.RowMajor(TensorPointer.Floats(wholeYGrad), _sizes.Outputs), saved[8]);
        }

        BiasGradients(gateGrad, results);
    }

    // The gradients of the pre-activations [rows, 4H]; with a projection, also that of y through all paths.
    private (Tensor GateGrad, Tensor WholeYGrad) RunSteps(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        Tensor gateGrad = empty(_sizes.Rows, _sizes.Gates);
        Tensor hiddenGrad = zeros(_sizes.Batch, _sizes.Outputs), cellGrad = LastC(outputGrad).clone(), yGrad = Y(outputGrad);
        Tensor? unitGrad = null;
        if (_sizes.Projects)
        {
            // It is added to.
            yGrad = yGrad.clone();
            unitGrad = empty(_sizes.Batch, _sizes.Hidden);
        }

        LstmBackward.Run(KernelThreads.Team, _sizes, new LstmBackwardData
        {
            C0 = TensorPointer.Floats(saved[1]),
            HiddenWeight = TensorPointer.Floats(saved[3]),
            Projection = _sizes.Projects ? TensorPointer.Floats(saved[7]) : null,
            Gates = TensorPointer.Floats(saved[4]),
            Cells = TensorPointer.Floats(saved[5]),
            YGrad = TensorPointer.Floats(yGrad),
            HiddenGrad = TensorPointer.Floats(hiddenGrad),
            CellGrad = TensorPointer.Floats(cellGrad),
            UnitGrad = unitGrad is null ? null : TensorPointer.Floats(unitGrad),
            GateGrad = TensorPointer.Floats(gateGrad),
            NeedsH0 = _inputs[H0].IsNeeded,
        });
        results[H0] = _inputs[H0].IsNeeded ? hiddenGrad : null;
        results[C0] = _inputs[C0].IsNeeded ? cellGrad : null;
        return (gateGrad, yGrad);
    }

    // The biases are added to each other: their gradients are equal.
    private void BiasGradients(Tensor gateGrad, Tensor?[] results)
    {
        if (!_inputs[InputBias].IsNeeded && !_inputs[HiddenBias].IsNeeded)
        {
            return;
        }

        Tensor sums = zeros(_sizes.Gates);
        ColumnSums.Add(KernelThreads.Team, TensorPointer.Floats(gateGrad), _sizes.Rows, _sizes.Gates, 1, TensorPointer.Floats(sums));
        results[InputBias] = _inputs[InputBias].Deliver(sums);
        results[HiddenBias] = _inputs[HiddenBias].Deliver(sums);
    }

    /// <summary>What each step hands on, [time, batch, outputs].</summary>
    /// <param name="result">The layer's result, or its gradient: one vector, so that neither part's gradient can be missing.</param>
    internal Tensor Y(Tensor result) => result.narrow(0, 0, _sizes.Steps * _sizes.Output).view(_sizes.Steps, _sizes.Batch, _sizes.Outputs);

    /// <summary>The cell state after the last step, [batch, hidden].</summary>
    /// <param name="result">As above.</param>
    internal Tensor LastC(Tensor result) => result.narrow(0, _sizes.Steps * _sizes.Output, _sizes.State).view(_sizes.Batch, _sizes.Hidden);

    private Tensor Contiguous(int input) => _inputs[input].Tensor!.contiguous();

    private static LstmSizes Check(Tensor x, Tensor h0, Tensor c0, LstmWeights weights)
    {
        (Tensor wi, Tensor wh, Tensor bi, Tensor bh, Tensor? wr) = weights;
        const string Function = nameof(FusedLstm);
        TensorChecks.Require(x.dim() == 3, $"{Function}: x must be [time, batch, inputs], got {TensorChecks.Text(x.shape)}.");
        TensorChecks.Require(wh.dim() == 2, $"{Function}: the hidden weight must be [4 · hidden, outputs], got {TensorChecks.Text(wh.shape)}.");
        TensorChecks.Require(wr is null || wr.dim() == 2, $"{Function}: the projection must be [outputs, hidden].");
        long steps = x.shape[0], batch = x.shape[1], inputs = x.shape[2], outputs = wh.shape[1], hidden = wr is null ? outputs : wr.shape[1];
        TensorChecks.Require(
            steps > 0 && batch > 0 && inputs > 0 && hidden > 0 && outputs > 0,
            $"{Function}: an empty dimension in {TensorChecks.Text(x.shape)} or {TensorChecks.Text(wh.shape)}.");
        TensorChecks.Shape(Function, "h0", h0, batch, outputs);
        TensorChecks.Shape(Function, "c0", c0, batch, hidden);
        TensorChecks.Shape(Function, "the input weight", wi, 4 * hidden, inputs);
        TensorChecks.Shape(Function, "the hidden weight", wh, 4 * hidden, outputs);
        TensorChecks.Shape(Function, "the input bias", bi, 4 * hidden);
        TensorChecks.Shape(Function, "the hidden bias", bh, 4 * hidden);
        if (wr is not null)
        {
            TensorChecks.Shape(Function, "the projection", wr, outputs, hidden);
        }

        return new LstmSizes((int)steps, (int)batch, (int)inputs, (int)hidden, (int)outputs, wr is not null);
    }
}
