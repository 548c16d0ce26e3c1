namespace Compression.Training.Sessions;

/// <summary>Workers exchange their gradients in each step, and one optimizer's step serves all.</summary>
/// <param name="model">What is trained.</param>
internal sealed class GradientSynchronization(ITrainableModel model) : ISynchronization
{
    public void Complete(long step, double rate) => model.Apply(rate);
}
