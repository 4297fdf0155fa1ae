<#
.SYNOPSIS
    Builds, tests, packages or cleans. Each task calls dotnet and MSBuild targets, so everything also works without this script.
.PARAMETER Task
    Build stages the module, Quick runs all tests except the slow ones, Test runs all tests, Package creates artifacts/PasswordBoss.EntraConnector, Sbom lists the contents of the
    package (after Package and dotnet tool restore), Clean removes all build output.
#>
param(
    [ValidateSet('Build', 'Quick', 'Test', 'Package', 'Sbom', 'Clean')]
    [string[]] $Task = 'Build',
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$solution = "$PSScriptRoot/PasswordBoss.EntraConnector.sln"
$artifacts = "$PSScriptRoot/artifacts"

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $args ended with exit code $LASTEXITCODE." }
}

# Creates a CycloneDX bill of materials from the restored packages. It must contain every package in THIRD-PARTY-NOTICES.txt, which lists the shipped packages.
function New-Sbom {
    $version = Invoke-DotNet msbuild "$PSScriptRoot/tools/Staging" '-getProperty:Version'
    $file = "PasswordBoss.EntraConnector.$version.cdx.json"
    Invoke-DotNet CycloneDX "$PSScriptRoot/src/PasswordBoss.EntraConnector.Clients/PasswordBoss.EntraConnector.Clients.csproj" --recursive --disable-package-restore `
        --output $artifacts --filename $file --output-format Json --set-name PasswordBoss.EntraConnector --set-version $version --set-type Library
    $listed = (Get-Content "$artifacts/$file" -Raw | ConvertFrom-Json).components | ForEach-Object { "$($_.name) $($_.version)" }
    $shipped = Get-Content "$artifacts/PasswordBoss.EntraConnector/$version/THIRD-PARTY-NOTICES.txt" | Where-Object { $_ -match '^\S+ \d[\d.]*$' }
    $missing = @($shipped | Where-Object { $_ -notin $listed })
    if (-not $shipped -or $missing) { throw "$file does not contain $(@($missing).Count) of $(@($shipped).Count) packages: $missing" }
    "$artifacts/$file ($(@($listed).Count) components, including the $(@($shipped).Count) shipped packages)"
}

foreach ($step in $Task) {
    switch ($step) {
        'Build' { Invoke-DotNet build $solution -c $Configuration }
        'Quick' { Invoke-DotNet test $solution -c $Configuration --filter 'Speed!=Slow' }
        'Test' { Invoke-DotNet test $solution -c $Configuration }
        'Package' { Invoke-DotNet build "$PSScriptRoot/tools/Staging" -c $Configuration '-t:Package' }
        'Sbom' { New-Sbom }
        'Clean' { Invoke-DotNet clean $solution -c $Configuration }
    }
}
