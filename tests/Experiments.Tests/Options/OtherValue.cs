using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Reporting;

namespace Compression.Experiments.Tests.Options;

/// <summary>A text that an option takes, and that is not the one it has.</summary>
internal static class OtherValue
{
    /// <summary>A text that no option takes which knows its values.</summary>
    public const string Unknown = "no-such-value";

    /// <summary>Finds one by the option's type, choices and range. An option with a single choice gets a text that it must refuse.</summary>
    /// <param name="option">The option.</param>
    /// <param name="current">The text that it has.</param>
    /// <param name="record">The options record that declares it.</param>
    public static string Of(OptionDescriptor option, string current, Type record)
    {
        if (option.Choices.Count > 0)
        {
            return option.Choices.FirstOrDefault(choice => choice != current) ?? Unknown;
        }

        if (option.Type == typeof(bool))
        {
            return current == "true" ? "false" : "true";
        }

        if (option.Type == typeof(string))
        {
            return Unknown;
        }

        double now = double.Parse(current, CultureInfo.InvariantCulture);
        double[] candidates = option.Type == typeof(double) ? [now / 2, 0.5, 0.25, 2] : [now + 1, now - 1];
        var schema = OptionSchema.Of(record);
        return candidates.Where(value => value != now).Select(value => OptionText.Format(value)).First(text => Takes(schema, option, text));
    }

    private static bool Takes(OptionSchema schema, OptionDescriptor option, string text)
    {
        try
        {
            schema.Bind([KeyValuePair.Create(option.Name, text)], static name => name);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }
}
