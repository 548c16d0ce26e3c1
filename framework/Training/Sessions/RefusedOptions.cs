using Compression.Core.Catalog;
using Compression.Core.Reporting;

namespace Compression.Training.Sessions;

/// <summary>Options that all trainers have, and that one of them cannot follow.</summary>
public static class RefusedOptions
{
    /// <summary>Refuses them where they say anything but the default.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: the reason, and the cure.</exception>
    public static void Require(TrainerOptions options)
    {
        foreach (var option in OptionSchema.Of(options.GetType()).Options.Where(option => options.Refusals.ContainsKey(option.Name)))
        {
            object value = option.Get(options);
            if (!value.Equals(option.Default))
            {
                throw new UserErrorException(ExitCode.Usage, $"--{option.Name} {OptionText.Format(value)}: {options.Refusals[option.Name]}");
            }
        }
    }
}
