namespace PasswordBoss.EntraConnector.Scheduling;

/// <summary>What a task is to run.</summary>
/// <param name="PowerShellHome">The folder of the PowerShell that runs now.</param>
/// <param name="Script">The script that syncs; it takes <c>-Name</c>.</param>
public sealed record TaskProgram(string PowerShellHome, string Script);
