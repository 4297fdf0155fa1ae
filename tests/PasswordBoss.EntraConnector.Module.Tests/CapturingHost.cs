using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>A host that records all output and gives prepared answers to prompts.</summary>
internal sealed partial class CapturingHost : PSHost
{
    private readonly CapturingUserInterface ui = new();

    /// <summary>The lines, including warnings and the lines of -WhatIf.</summary>
    public List<string> Lines => ui.Lines;

    /// <summary>The lines without the colours that the engine gives to the headers of tables and lists.</summary>
    public string PlainText => Colour().Replace(string.Join('\n', Lines) + "\n", "");

    /// <summary>Caption and message of each prompt.</summary>
    public List<(string Caption, string Message)> Prompts => ui.Prompts;

    /// <summary>The label, such as "&amp;Yes", to choose at a prompt.</summary>
    public Func<string, string> Answer
    {
        set => ui.Answer = value;
    }

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "Tests";

    public override PSHostUserInterface UI => ui;

    public override Version Version { get; } = new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    [GeneratedRegex(@"\x1B\[[\d;]*m")]
    private static partial Regex Colour();

    private sealed class CapturingUserInterface : PSHostUserInterface
    {
        public List<string> Lines { get; } = [];

        public List<(string Caption, string Message)> Prompts { get; } = [];

        public Func<string, string> Answer { get; set; } = _ => throw new InvalidOperationException("No prompt was expected.");

        public override PSHostRawUserInterface RawUI { get; } = new CapturedScreen();

        public override void Write(string value) => Lines.Add(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Lines.Add(value);

        public override void WriteLine(string value) => Lines.Add(value);

        public override void WriteDebugLine(string message)
        {
        }

        public override void WriteErrorLine(string value) => Lines.Add(value);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override void WriteVerboseLine(string message)
        {
        }

        public override void WriteWarningLine(string message) => Lines.Add("WARNING: " + message);

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            Prompts.Add((caption, message));
            var label = Answer(message);
            for (var i = 0; i < choices.Count; i++)
            {
                if (choices[i].Label == label)
                    return i;
            }

            throw new InvalidOperationException($"There is no choice {label}.");
        }

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
            throw new NotSupportedException();

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();
    }
}
