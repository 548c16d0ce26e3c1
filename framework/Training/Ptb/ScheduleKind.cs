namespace Compression.Training.Ptb;

/// <summary>How the learning rate falls from epoch to epoch.</summary>
public enum ScheduleKind
{
    /// <summary>Divided by 4 whenever the loss on valid has not fallen, as in PyTorch's word_language_model.</summary>
    Plateau,

    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>By a factor in each epoch after the first ones, as in Zaremba et al. 2014.</summary>
    Step,

    /// <summary>Faster and faster from the seventh epoch on, as in GradComp.</summary>
    Gradcomp,
}
