namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>Everything there is: one tenant and one company.</summary>
internal sealed class SandboxData
{
    public SandboxData(EntraDirectory directory, PasswordBossCompany company)
    {
        Directory = directory;
        Company = company;
    }

    public EntraDirectory Directory { get; }

    public PasswordBossCompany Company { get; }
}
