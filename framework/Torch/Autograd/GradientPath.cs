namespace Compression.Torch.Autograd;

/// <summary>How the gradient of a parameter reaches its <c>.grad</c>.</summary>
public enum GradientPath
{
    /// <summary>As a tensor of its own, which autograd then adds. Hooks on the parameter see it.</summary>
    Autograd,

    /// <summary>
    /// Computed straight into the parameter's <c>.grad</c>, where that exists, is contiguous and lies where the parameter does: one
    /// pass and one temporary of the parameter's size less. The parameter's accumulation node still runs, and with it the hooks of
    /// that node, but with an undefined gradient; hooks on the parameter itself do not run.
    /// </summary>
    IntoGrad,
}
