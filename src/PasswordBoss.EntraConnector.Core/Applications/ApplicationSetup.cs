using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Checks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>
/// Creates the user group, the registration, the service principal, the consent and a credential, or finds and completes them. All lookups happen before the
/// first write, and only what is missing is created, so another run completes an earlier attempt. The credential is created last, so that no failed or declined
/// step leaves behind a credential that no one has received.
/// </summary>
internal sealed class ApplicationSetup
{
    private static readonly TimeSpan ToleratedClockDifference = TimeSpan.FromMinutes(10);

    private readonly IApplicationDirectory directory;
    private readonly ApplicationRequest request;
    private readonly ApplicationSearch search;
    private readonly IStepApprover approver;
    private readonly IRunObserver observer;
    private readonly EventualConsistencyRetry retry;
    private readonly DateTimeOffset now;

    public ApplicationSetup(IApplicationDirectory directory, ApplicationRequest request, IStepApprover approver, IRunObserver observer, IClock clock)
    {
        this.directory = directory;
        this.request = request;
        this.approver = approver;
        this.observer = observer;
        now = clock.UtcNow;
        search = new ApplicationSearch(directory, request, observer);
        retry = new EventualConsistencyRetry(clock, observer, request.DisplayName);
    }

    /// <summary>Runs all steps. Returns null under <c>-WhatIf</c>, and if a step was declined.</summary>
    public async Task<NewApplication?> RunAsync(CancellationToken cancellationToken)
    {
        var tenant = await new AdminTenant(directory, request, now).SignInAsync(cancellationToken).ConfigureAwait(false);
        var found = await search.FindAllAsync(tenant, cancellationToken).ConfigureAwait(false);

        var steps = new TenantSteps(tenant, approver);
        var group = await EnsureGroupAsync(steps, found.Group, cancellationToken).ConfigureAwait(false);
        var application = await EnsureApplicationAsync(steps, found.Application, cancellationToken).ConfigureAwait(false);
        var principal = await EnsureServicePrincipalAsync(steps, found.Principal, application, cancellationToken).ConfigureAwait(false);
        var hasConsent = await EnsureConsentAsync(steps, principal, found, cancellationToken).ConfigureAwait(false);
        var credential = await AddCredentialAsync(steps, application, cancellationToken).ConfigureAwait(false);
        if (approver.IsPreview || steps.HasDeclined || application.ClientId is not { } clientId)
            return null;

        var consentUri = hasConsent ? null : ConsentLink.For(AuthorityHost, tenant, clientId);
        if (consentUri is not null)
            observer.Warning(request.DisplayName, Texts.WarningConsentNeeded(tenant, consentUri));
        return new NewApplication
        {
            TenantId = tenant,
            ClientId = clientId,
            Group = group,
            Certificate = credential?.Certificate,
            ClientSecret = credential?.ClientSecret,
            Expires = credential?.Expires,
            ConsentUri = consentUri,
        };
    }

    private Uri AuthorityHost => request.SignIn.AuthorityHost ?? CloudEndpoints.Of(request.SignIn.Environment).AuthorityHost;

    private async Task<GroupReference?> EnsureGroupAsync(TenantSteps steps, DirectoryGroup? present, CancellationToken cancellationToken)
    {
        if (present is not null)
            return new GroupReference(present.Id, present.DisplayName);
        if (!await steps.ApproveAsync(Texts.StepCreateGroup(request.Group), cancellationToken).ConfigureAwait(false))
            return null;
        try
        {
            var created = await retry.CreateAsync(
                Texts.StepCreateGroup(request.Group),
                () => directory.CreateGroupAsync(ApplicationSearch.UniqueNameOf(request.Group), request.Group, Texts.TextGroupDescription.Render(), cancellationToken),
                () => search.FindGroupAsync(cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return new GroupReference(created.Id, created.DisplayName);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.AdminNotAllowed)
        {
            // An admin may be allowed to register applications but not to create groups. The other steps do not need the group.
            observer.Warning(request.DisplayName, Texts.WarningGroupNotCreated(request.Group));
            return null;
        }
    }

    private async Task<ApplicationStep> EnsureApplicationAsync(
        TenantSteps steps, RegisteredApplication? present, CancellationToken cancellationToken)
    {
        var registration = new ApplicationRegistration { DisplayName = request.DisplayName, IsMultiTenant = request.MultiTenant };
        if (present is null && request.ClientId is { } foreign)
            return new ApplicationStep.Foreign(foreign);

        if (present is null)
        {
            var step = Texts.StepCreateApplication(request.DisplayName, string.Join(", ", ApplicationRegistration.Roles.Keys));
            if (!await steps.ApproveAsync(step, cancellationToken).ConfigureAwait(false))
                return new ApplicationStep.NotCreated();
            var created = await retry.CreateAsync(
                step,
                () => directory.CreateApplicationAsync(ApplicationSearch.UniqueNameOf(request.DisplayName), registration, cancellationToken),
                () => search.FindApplicationAsync(cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return new ApplicationStep.Own(created);
        }

        var missing = registration.MissingIn(present);
        if (missing.Count > 0)
        {
            var step = Texts.StepCompleteApplication(present.DisplayName, string.Join(", ", missing));
            if (await steps.ApproveAsync(step, cancellationToken).ConfigureAwait(false))
                await retry.WriteAsync(step, () => Done(directory.CompleteApplicationAsync(present.ObjectId, registration, cancellationToken)), cancellationToken).ConfigureAwait(false);
        }

        return new ApplicationStep.Own(present);
    }

    private async Task<ServicePrincipal?> EnsureServicePrincipalAsync(
        TenantSteps steps, ServicePrincipal? present, ApplicationStep application, CancellationToken cancellationToken)
    {
        if (present is not null)
            return present;
        var step = Texts.StepCreateServicePrincipal(application.Name ?? request.DisplayName);
        if (!await steps.ApproveAsync(step, cancellationToken).ConfigureAwait(false) || application.ClientId is not { } clientId)
            return null;
        try
        {
            return await retry.CreateAsync(
                step,
                () => directory.CreateServicePrincipalAsync(clientId, cancellationToken),
                () => directory.FindServicePrincipalAsync(clientId, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.DirectoryObjectMissing && application is ApplicationStep.Foreign)
        {
            throw new ConnectorException(Problems.ApplicationUnknown(steps.Tenant, clientId, Texts.ObstacleNotMultiTenant).About(clientId));
        }
    }

    private async Task<bool> EnsureConsentAsync(TenantSteps steps, ServicePrincipal? principal, ApplicationFindings found, CancellationToken cancellationToken)
    {
        var graph = found.Graph;
        var granted = principal is null || found.Principal is not null
            ? found.GrantedRoles
            : await retry.WriteAsync(
                Texts.StepConsent(principal.DisplayName), () => directory.ListGrantedRolesAsync(principal.Id, graph.Id, cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (var role in ApplicationRegistration.Roles.Where(r => !granted.Contains(r.Value, EntraId.Comparer)))
        {
            var step = Texts.StepConsent(role.Key);
            if (!await steps.ApproveAsync(step, cancellationToken).ConfigureAwait(false) || principal is null)
            {
                if (approver.IsPreview)
                    continue;
                return false;
            }

            try
            {
                await retry.WriteAsync(step, () => Done(directory.GrantRoleAsync(principal.Id, graph.Id, role.Value, cancellationToken)), cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectorException e) when (e.Id == ErrorId.AdminNotAllowed)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<NewApplication?> AddCredentialAsync(TenantSteps steps, ApplicationStep inTenant, CancellationToken cancellationToken)
    {
        // Only the owner of another tenant's application can add a credential to it.
        if (request.Credential == CredentialKind.None || inTenant is ApplicationStep.Foreign)
            return null;
        // Exactly the requested number of months, to the second, because tenant policies limit the total lifetime. It starts a little early, so that machines with
        // a slow clock can use it at once.
        var begins = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero) - ToleratedClockDifference;
        var expires = begins.AddMonths(request.LifetimeMonths);
        var isCertificate = request.Credential == CredentialKind.Certificate;
        var step = isCertificate ? Texts.StepAddCertificate(MessageValue.LocalDay(expires)) : Texts.StepAddSecret(MessageValue.LocalDay(expires));
        if (!await steps.ApproveAsync(step, cancellationToken).ConfigureAwait(false) || inTenant is not ApplicationStep.Own { Application: var application })
            return null;
        var certificate = isCertificate
            ? await retry.WriteAsync(step, () => directory.AddCertificateAsync(application.ObjectId, request.DisplayName, begins, expires, cancellationToken), cancellationToken).ConfigureAwait(false)
            : null;
        var secret = isCertificate
            ? null
            : await retry.WriteAsync(step, () => directory.AddSecretAsync(application.ObjectId, request.DisplayName, expires, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new NewApplication { TenantId = steps.Tenant, ClientId = application.ClientId, Certificate = certificate, ClientSecret = secret, Expires = expires };
    }

    private static async Task<bool> Done(Task work)
    {
        await work.ConfigureAwait(false);
        return true;
    }

    /// <summary>How the step of the application ended.</summary>
    private abstract record ApplicationStep
    {
        /// <summary>The client id; null if there is no application.</summary>
        public abstract string? ClientId { get; }

        /// <summary>The name to show; null if there is no application.</summary>
        public abstract string? Name { get; }

        /// <summary>The application is registered in this tenant.</summary>
        internal sealed record Own(RegisteredApplication Application) : ApplicationStep
        {
            public override string ClientId => Application.ClientId;

            public override string Name => Application.DisplayName;
        }

        /// <summary>The application is registered in another tenant.</summary>
        internal sealed record Foreign(string Id) : ApplicationStep
        {
            public override string ClientId => Id;

            public override string Name => Id;
        }

        /// <summary>The application does not exist and was not created.</summary>
        internal sealed record NotCreated : ApplicationStep
        {
            public override string? ClientId => null;

            public override string? Name => null;
        }
    }

    /// <summary>The steps in one tenant, each to be approved.</summary>
    private sealed class TenantSteps
    {
        private readonly IStepApprover approver;

        public TenantSteps(string tenant, IStepApprover approver)
        {
            this.approver = approver;
            Tenant = tenant;
        }

        public string Tenant { get; }

        /// <summary>Whether a step was declined. All later steps then count as declined, because they depend on it.</summary>
        public bool HasDeclined { get; private set; }

        public async Task<bool> ApproveAsync(Message step, CancellationToken cancellationToken)
        {
            if (HasDeclined)
                return false;
            var approved = await approver.ApproveAsync(Texts.TextTenant(Tenant).Render(), step, cancellationToken).ConfigureAwait(false);
            HasDeclined = !approved && !approver.IsPreview;
            return approved;
        }
    }
}
