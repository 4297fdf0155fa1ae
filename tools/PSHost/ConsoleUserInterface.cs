using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PasswordBoss.EntraConnector.Hosting;

/// <summary>Writes to the console, in colour only where a person looks at it, and asks there.</summary>
internal sealed class ConsoleUserInterface : PSHostUserInterface
{
    public static bool Coloured { get; } = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public override PSHostRawUserInterface RawUI { get; } = new ConsoleRawUserInterface();

    public override bool SupportsVirtualTerminal => Coloured;

    public override void Write(string value) => Console.Out.Write(Plain(value));

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => InColour(foregroundColor, () => Console.Out.Write(Plain(value)));

    public override void WriteLine(string value) => Console.Out.WriteLine(Plain(value));

    public override void WriteErrorLine(string value) => InColour(ConsoleColor.Red, () => Console.Error.WriteLine(Plain(value)));

    public override void WriteWarningLine(string message) => InColour(ConsoleColor.Yellow, () => Console.Out.WriteLine("WARNING: " + message));

    public override void WriteVerboseLine(string message) => InColour(ConsoleColor.Cyan, () => Console.Out.WriteLine("VERBOSE: " + message));

    public override void WriteDebugLine(string message) => InColour(ConsoleColor.Cyan, () => Console.Out.WriteLine("DEBUG: " + message));

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        // A log has no use for progress, and a terminal shows the result soon enough.
    }

    public override string ReadLine() => Console.In.ReadLine() ?? throw new PipelineStoppedException();

    public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        Announce(caption, message);
        return descriptions.ToDictionary(
            field => field.Name,
            field =>
            {
                Console.Out.Write(field.Name + ": ");
                return PSObject.AsPSObject(ReadLine());
            });
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Announce(caption, message);
        var keys = choices.Select(choice => KeyOf(choice.Label)).ToList();
        while (true)
        {
            for (var i = 0; i < choices.Count; i++)
                Console.Out.Write($"[{keys[i]}] {choices[i].Label.Replace("&", "", StringComparison.Ordinal)}  ");
            Console.Out.Write(defaultChoice >= 0 ? $"(default is \"{keys[defaultChoice]}\"): " : ": ");
            var answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            var chosen = keys.FindIndex(key => string.Equals(key, answer, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
                return chosen;
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new NotSupportedException();

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw new NotSupportedException();

    // The formatter colours its headers for every host; it is the host that takes the colours away again.
    private static string Plain(string text) => GetOutputString(text, Coloured);

    private static string KeyOf(string label)
    {
        var mark = label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < label.Length ? label.Substring(mark + 1, 1).ToUpperInvariant() : label;
    }

    private static void Announce(string caption, string message)
    {
        foreach (var line in new[] { caption, message }.Where(line => !string.IsNullOrEmpty(line)))
            Console.Out.WriteLine(line);
    }

    private static void InColour(ConsoleColor colour, Action write)
    {
        if (Coloured)
            Console.ForegroundColor = colour;
        write();
        if (Coloured)
            Console.ResetColor();
    }
}
