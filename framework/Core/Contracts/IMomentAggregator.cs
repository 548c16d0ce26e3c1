namespace Compression.Core.Contracts;

/// <summary>What workers that train with Adam exchange in a step.</summary>
public enum MomentStage
{
    /// <summary>The gradient, from whose mean both moments follow.</summary>
    Gradient,

    /// <summary>The first moment; the second stays as it is.</summary>
    FirstMoment,

    /// <summary>Nothing: each goes on with a first moment and weights of its own.</summary>
    Alone,
}

/// <summary>An exchange that says what of Adam's state workers send, and when: the trainer leaves that in the bucket, and takes the mean of it from there.</summary>
public interface IMomentAggregator : IGradientAggregator
{
    /// <summary>What a step exchanges; the same on all workers. In the run's last step the first moment where it says <see cref="MomentStage.Alone"/>.</summary>
    /// <param name="step">Steps done before it.</param>
    MomentStage StageOf(long step);
}
