using static TorchSharp.torch;

namespace Compression.Torch.Autograd;

/// <summary>What autograd sees of a <see cref="FusedCall"/>, the last of the arguments.</summary>
internal sealed class FusedFunction : autograd.SingleTensorFunction<FusedFunction>
{
    private const string Call = "call";

    public override string Name => nameof(FusedFunction);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (FusedCall)vars[^1];
        Tensor output = call.RunForward();

        // Filling them in would read tensors that TorchSharp disposes of with the scope of the forward pass.
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([.. call.SavedTensors]);
        ctx.save_data(Call, call);
        return output;
    }

    // Nothing may be thrown through libtorch's frames.
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (FusedCall)ctx.get_data(Call);
        List<Tensor> saved = ctx.get_saved_variables();
        try
        {
            return [.. call.RunBackward(saved, grad_output).Select(gradient => gradient!), null!];
        }
#pragma warning disable CA1031 // It is thrown by the next who can.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            FusedFailure.Record(failure);
            return [.. Enumerable.Repeat<Tensor>(null!, call.Inputs.Count + 1)];
        }
        finally
        {
            foreach (Tensor tensor in saved.Append(grad_output))
            {
                tensor?.Dispose();
            }
        }
    }
}
