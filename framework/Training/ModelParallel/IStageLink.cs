using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>How a stage reaches its neighbours. Sending never waits for the receiver, so that no order of actions can block.</summary>
public interface IStageLink
{
    /// <summary>Bytes of activations sent.</summary>
    long ActivationBytes { get; }

    /// <summary>Bytes of their gradients sent.</summary>
    long GradientBytes { get; }

    /// <summary>Sends a tensor [T, B, H], which becomes the link's.</summary>
    /// <param name="message">What it is: activations go to the next stage, gradients to the one before.</param>
    /// <param name="unit">Of which unit.</param>
    /// <param name="tensor">On any device.</param>
    void Send(StageMessage message, int unit, Tensor tensor);

    /// <summary>Says what will be received next, so that it may come in meanwhile.</summary>
    void Expect(StageMessage message, int unit, long[] shape)
    {
    }

    /// <summary>Waits for what a neighbour sends.</summary>
    /// <returns>The caller's to dispose of.</returns>
    Tensor Receive(StageMessage message, int unit, long[] shape);

    /// <summary>Waits until no more than some messages of this stage are under way.</summary>
    void Drain(int most)
    {
    }
}
