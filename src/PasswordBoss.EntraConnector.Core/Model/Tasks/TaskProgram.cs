namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a task is to run.</summary>
/// <param name="PowerShellHome">The folder of the PowerShell that runs now.</param>
/// <param name="Script">The script that syncs; it takes <c>-Name</c>.</param>
/// <param name="Module">The folder of the module that the script is part of and imports.</param>
public sealed record TaskProgram(string PowerShellHome, string Script, string Module);
