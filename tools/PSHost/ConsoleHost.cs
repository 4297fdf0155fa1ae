using System;
using System.Globalization;
using System.Management.Automation.Host;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Hosting;

/// <summary>The host that the engine talks to: this process's console.</summary>
internal sealed class ConsoleHost : PSHost
{
    public int? ExitCode { get; private set; }

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "PSHost";

    public override PSHostUserInterface UI { get; } = new ConsoleUserInterface();

    public override Version Version => Assembly.GetExecutingAssembly().GetName().Version!;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
        // Native programs write to the console by themselves.
    }

    public override void NotifyEndApplication()
    {
        // Native programs write to the console by themselves.
    }
}
